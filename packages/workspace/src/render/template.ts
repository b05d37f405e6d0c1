import type { TemplatePlan } from '@kaito/planner';
import { canonicalJson } from '@kaito/kube';
import { gpuResource } from '../nodes/node-progress.ts';
import { nodeRequirements, type NodeRequirement } from './affinity.ts';
import { listOf, recordOf, type JsonRecord } from './json.ts';
import type { PodTemplateSpec } from './pod-parts.ts';
import type { RenderInput } from './render-input.ts';
import { tolerations } from './tolerations.ts';
import { workloadLabels } from './workload-labels.ts';

/** A pod template of the user's own, and what was added to it that nobody asked for. */
export interface RenderedTemplate {
  readonly template: PodTemplateSpec;
  readonly notes: readonly string[];
}

/**
 * The user's template, so that its pods land on the workspace's nodes and its Service finds them. What the user wrote stays: node
 * affinity must hold beside ours, tolerations and labels are added. Whether the rest makes sense is for the API server to say.
 */
export function renderTemplate(input: RenderInput<TemplatePlan>): RenderedTemplate {
  const template = recordOf(input.workspace.inference?.template);
  const metadata = recordOf(template['metadata']);
  const spec = recordOf(template['spec']);
  const affinity = joinAffinity(spec['affinity'], nodeRequirements(input));
  const { containers, notes } = withGpus(spec, input.plan);
  const merged = {
    ...template,
    metadata: { ...metadata, labels: { ...recordOf(metadata['labels']), ...workloadLabels(input.workspace) } },
    spec: {
      ...spec,
      ...(affinity !== undefined && { affinity }),
      tolerations: appendMissing(listOf(spec['tolerations']), tolerations(input.plan)),
      containers,
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the user wrote it; the API server judges it
  return { template: merged as unknown as PodTemplateSpec, notes };
}

/**
 * The port that a template's Service leads to: one that is named `http`, else 5000, by which KAITO's own servers go, if it is among
 * those that are declared or none is, else the first.
 */
export function templatePort(template: PodTemplateSpec): number {
  const ports = listOf(recordOf(template.spec)['containers'])
    .flatMap(container => listOf(recordOf(container)['ports']))
    .map(recordOf);
  const numbers = ports.map(port => port['containerPort']).filter(port => typeof port === 'number');
  const named = ports.find(({ name }) => name === 'http')?.['containerPort'];
  if (typeof named === 'number') return named;
  return numbers.includes(usualPort) ? usualPort : (numbers[0] ?? usualPort);
}

const usualPort = 5000;

/** Terms of a node selector are alternatives, so ours must hold in each. A term that is empty matches no node, and stays so. */
function joinAffinity(users: unknown, ours: readonly NodeRequirement[]): unknown {
  if (ours.length === 0) return users;
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const affinity = recordOf(users);
  const nodeAffinity = recordOf(affinity['nodeAffinity']);
  const selector = recordOf(nodeAffinity[required]);
  const terms = listOf(selector['nodeSelectorTerms']).map(term => joinTerm(recordOf(term), ours));
  const nodeSelectorTerms = terms.length > 0 ? terms : [{ matchExpressions: ours }];
  return { ...affinity, nodeAffinity: { ...nodeAffinity, [required]: { ...selector, nodeSelectorTerms } } };
}

function joinTerm(term: JsonRecord, ours: readonly NodeRequirement[]): JsonRecord {
  const theirs = listOf(term['matchExpressions']);
  if (theirs.length + listOf(term['matchFields']).length === 0) return term;
  return { ...term, matchExpressions: appendMissing(theirs, ours) };
}

function appendMissing(theirs: readonly unknown[], ours: readonly unknown[]): readonly unknown[] {
  const present = new Set(theirs.map(canonicalJson));
  return [...theirs, ...ours.filter(item => !present.has(canonicalJson(item)))];
}

/** A node whose GPUs nobody asks for would stand idle: the first container gets them, where the plan has some and no container asks. */
function withGpus(
  spec: JsonRecord,
  { nodes }: TemplatePlan,
): { readonly containers: unknown; readonly notes: readonly string[] } {
  const containers = listOf(spec['containers']);
  const [first, ...others] = containers;
  const all = [...containers, ...listOf(spec['initContainers'])];
  if (nodes.gpus === 0 || first === undefined || listOf(spec['resourceClaims']).length > 0 || all.some(asksForGpus)) {
    return { containers: spec['containers'], notes: [] };
  }
  const gpus = { [gpuResource]: String(nodes.gpus) };
  const container = recordOf(first);
  const resources = recordOf(container['resources']);
  const given = {
    ...container,
    resources: {
      ...resources,
      requests: { ...recordOf(resources['requests']), ...gpus },
      limits: { ...recordOf(resources['limits']), ...gpus },
    },
  };
  const name = String(container['name']);
  const note = `No container of inference.template asks for GPUs: "${name}" gets all ${nodes.gpus} of its node; set resources.limits["${gpuResource}"] to choose yourself`;
  return { containers: [given, ...others], notes: [note] };
}

function asksForGpus(container: unknown): boolean {
  const resources = recordOf(recordOf(container)['resources']);
  const asked = [...Object.keys(recordOf(resources['requests'])), ...Object.keys(recordOf(resources['limits']))];
  return (
    listOf(resources['claims']).length > 0 || asked.some(key => key.startsWith('nvidia.com/') || key.endsWith('/gpu'))
  );
}
