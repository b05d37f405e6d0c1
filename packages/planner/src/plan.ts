import type { Workspace } from '@kaito/crds';
import { checkAdapters } from './checks/adapters.ts';
import { checkInstanceType } from './checks/instance-type.ts';
import { checkName } from './checks/name.ts';
import { checkNodeCount, nodeCount } from './checks/node-count.ts';
import { checkPreset } from './checks/preset.ts';
import { checkUnsupportedFields } from './checks/unsupported-fields.ts';
import { checkWorkload } from './checks/workload.ts';
import { serveCommand } from './command.ts';
import { gpusPerPod } from './gpu-fit.ts';
import { checkNodeImageFamily, nodeImageFamily, type NodeImageFamily } from './node-image-family.ts';
import { checkNodeLabels, nodeLabels } from './node-labels.ts';
import { findPreset, type Preset, type ProbeDelays } from './presets/preset.ts';
import type { Problem } from './problem.ts';
import { findGpuSku, type GpuSku } from './skus/gpu-sku.ts';

/** What planning starts from. */
export interface PlanInput {
  readonly workspace: Workspace;
  readonly presets: readonly Preset[];
  readonly skus: readonly GpuSku[];
}

/** Everything that is decided about a workspace before anything is created. */
export interface Plan {
  readonly preset: string;
  /** Azure's own spelling, whatever the case in the workspace. */
  readonly instanceType: string;
  readonly nodeCount: number;
  /** Labels of the user's selector that each node must carry. */
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly nodeImageFamily?: NodeImageFamily;
  /** Disk of a node, in GiB. */
  readonly diskGiB: number;
  readonly replicas: number;
  readonly gpusPerPod: number;
  readonly image: PlannedImage;
  /** Secrets to pull the server's and the adapters' images with, each once. */
  readonly pullSecrets: readonly string[];
  readonly adapters: readonly PlannedAdapter[];
  readonly runtime: Preset['runtime'];
  readonly command: readonly string[];
  readonly port: number;
  readonly healthPath: string;
  readonly probeDelays: ProbeDelays;
  readonly startTimeoutSeconds: number;
}

/** The image of the server: below the installation's registry, or, where the user gave one, as it stands. */
export interface PlannedImage {
  readonly origin: 'registry' | 'user';
  readonly reference: string;
}

/** A fine-tuned adapter whose files are under `/data` in an image. */
export interface PlannedAdapter {
  readonly name: string;
  readonly image: string;
  /** From "0" to "1". */
  readonly strength: string;
}

export type PlanResult =
  { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Decides what a workspace needs, or says all that is wrong with it. Pure: the same input gives the same answer, and bad input gives
 * problems, never an exception.
 */
export function plan({ workspace, presets, skus }: PlanInput): PlanResult {
  const preset = findPreset(presets, workspace.inference?.preset?.name ?? '');
  const sku = findGpuSku(skus, workspace.resource?.instanceType ?? '');
  const problems = [
    ...checkName(workspace),
    ...checkWorkload(workspace),
    ...checkUnsupportedFields(workspace),
    ...checkPreset(workspace, preset, presets),
    ...checkAdapters(workspace),
    ...checkInstanceType(workspace, { sku, skus, preset }),
    ...checkNodeCount(workspace),
    ...checkNodeImageFamily(workspace),
    ...checkNodeLabels(workspace),
  ];
  if (problems.length > 0 || !preset || !sku) return { ok: false, problems };
  return { ok: true, plan: planPreset(workspace, preset, sku) };
}

/** What KAITO takes for an adapter that says nothing. */
const fullStrength = '1.0';

function planPreset(workspace: Workspace, preset: Preset, sku: GpuSku): Plan {
  const family = nodeImageFamily(workspace);
  const nodes = nodeCount(workspace);
  return {
    preset: preset.name,
    instanceType: sku.name,
    nodeCount: nodes,
    nodeLabels: nodeLabels(workspace),
    ...(family && { nodeImageFamily: family }),
    diskGiB: preset.diskGiB,
    // These servers do not split a model over nodes: each node serves the whole of it.
    replicas: nodes,
    gpusPerPod: gpusPerPod(preset, sku) ?? preset.gpuCount,
    image: planImage(workspace, preset),
    pullSecrets: pullSecrets(workspace),
    adapters: planAdapters(workspace),
    runtime: preset.runtime,
    command: serveCommand(preset),
    port: preset.port,
    healthPath: preset.healthPath,
    probeDelays: preset.probeDelays,
    startTimeoutSeconds: preset.startTimeoutSeconds,
  };
}

function planImage({ inference }: Workspace, { image }: Preset): PlannedImage {
  const asked = inference?.preset;
  return asked?.accessMode === 'private' && asked.presetOptions?.image
    ? { origin: 'user', reference: asked.presetOptions.image }
    : { origin: 'registry', reference: `${image.repository}:${image.tag}` };
}

function planAdapters({ inference }: Workspace): readonly PlannedAdapter[] {
  return (inference?.adapters ?? []).map(({ source, strength }) => ({
    name: source?.name ?? '',
    image: source?.image ?? '',
    strength: strength ?? fullStrength,
  }));
}

function pullSecrets({ inference }: Workspace): readonly string[] {
  const ofPreset = inference?.preset?.presetOptions?.imagePullSecrets ?? [];
  const ofAdapters = (inference?.adapters ?? []).flatMap(({ source }) => source?.imagePullSecrets ?? []);
  return [...new Set([...ofPreset, ...ofAdapters])];
}
