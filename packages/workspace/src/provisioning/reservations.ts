import { annotations, type Workspace } from '@kaito/crds';
import {
  isConflict,
  isNotFound,
  keyOf,
  nodes,
  patchMetadata,
  pods,
  type Client,
  type Node,
  type Pod,
} from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { nodeFacts, resourceOf } from '../nodes/node-progress.ts';
import type { Observed, ObservedNode } from '../observed.ts';
import { karpenterOwnershipLabels, ownershipLabels } from '../render/ownership.ts';
import { matchingNodes } from './matching-nodes.ts';
import { reservedBy } from './node-tie.ts';
import type { ProvisioningTools } from './provisioning.ts';

/** What came of the search for nodes that are there already. */
export interface Found {
  readonly reserved: number;
  /** Nodes that were changed by another hand meanwhile and may still be had: look again before a machine is paid for. */
  readonly undecided: number;
}

/** How many nodes are asked about in one pass, so that a large cluster does not hold it up. */
const maxQuestions = 20;

/**
 * Reserves up to `wanted` nodes that match the plan, one after the other, each under the version that was seen: of two workspaces that
 * want a node one gets it. A node whose GPUs are in use by whatever pods is passed over; that is asked of the API server, since pods
 * of others are in no cache.
 * @param extraLabels further labels by which the pods of this installation find their nodes
 */
export async function reserveNodes(
  observed: Observed,
  plan: Plan,
  { wanted, extraLabels }: { readonly wanted: number; readonly extraLabels: Readonly<Record<string, string>> },
  tools: ProvisioningTools,
): Promise<Found> {
  const { workspace } = observed;
  let reserved = 0;
  let undecided = 0;
  for (const { node } of matchingNodes(observed, plan).slice(0, maxQuestions)) {
    if (reserved + undecided >= wanted) break;
    // One after the other: how many more are needed depends on the answer.
    // oxlint-disable-next-line no-await-in-loop
    const outcome = await reserveNode(node, workspace, { plan, extraLabels }, tools);
    if (outcome === 'reserved') reserved += 1;
    if (outcome === 'changed') undecided += 1;
  }
  return { reserved, undecided };
}

/** Gives reserved nodes back. A node that is gone, or is reserved for somebody else by now, needs nothing. */
export async function releaseNodes(
  workspace: Workspace,
  reserved: readonly ObservedNode[],
  tools: ProvisioningTools,
): Promise<void> {
  await Promise.all(reserved.map(({ node }) => releaseNode(workspace, node, tools)));
}

/** Releases what the API server says is reserved for a workspace, whatever the cache knows. */
export async function releaseAll(workspace: Workspace, tools: ProvisioningTools): Promise<void> {
  const { client, signal } = tools;
  const selector = Object.entries(ownershipLabels(workspace)).map(([key, value]) => `${key}=${value}`);
  const { items } = await client.list(nodes, { labelSelector: selector.join(','), signal });
  await Promise.all(items.map(node => releaseNode(workspace, node, tools)));
}

type Outcome = 'reserved' | 'changed' | 'busy';

async function reserveNode(
  node: Node,
  workspace: Workspace,
  { plan, extraLabels }: { readonly plan: Plan; readonly extraLabels: Readonly<Record<string, string>> },
  { client, events, logger, signal }: ProvisioningTools,
): Promise<Outcome> {
  const { name, uid, resourceVersion } = node.metadata;
  const free = nodeFacts(node, plan).gpus - (await gpusInUse(client, name, resourceOf(plan), signal));
  if (free < plan.nodes.gpus) return 'busy';
  const metadata = {
    uid,
    resourceVersion,
    labels: { ...ownershipLabels(workspace), ...extraLabels },
    annotations: { [annotations.reservedBy]: keyOf(workspace) },
  };
  try {
    await client.patch(nodes, { name }, { metadata }, { signal });
  } catch (error) {
    if (isConflict(error)) return 'changed';
    if (isNotFound(error)) return 'busy';
    throw error;
  }
  logger.info('Reserved node', { node: name });
  events.record(workspace, {
    type: 'Normal',
    reason: 'NodeReserved',
    message: `Uses node ${name}, which was there already`,
  });
  return 'reserved';
}

async function releaseNode(
  workspace: Workspace,
  node: Node,
  { client, logger, signal }: ProvisioningTools,
): Promise<void> {
  if (reservedBy(node) !== keyOf(workspace)) return;
  const owner = { ...ownershipLabels(workspace), ...karpenterOwnershipLabels(workspace) };
  const change = {
    labels: Object.fromEntries(Object.keys(owner).map(key => [key, null])),
    annotations: { [annotations.reservedBy]: null },
  };
  try {
    await patchMetadata(client, nodes, node, change, { signal });
    logger.info('Released node', { node: node.metadata.name });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

async function gpusInUse(client: Client, nodeName: string, resource: string, signal: AbortSignal): Promise<number> {
  const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${nodeName}`, signal });
  return items.reduce((sum, pod) => sum + gpusOf(pod, resource), 0);
}

/** GPUs that a pod holds: those of its containers, which run together. One that has ended holds none. */
function gpusOf({ spec, status }: Pod, resource: string): number {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return (spec?.containers ?? []).reduce((sum, { resources }) => {
    const asked = Number(resources?.limits?.[resource] ?? resources?.requests?.[resource] ?? 0);
    return sum + (Number.isFinite(asked) ? asked : 0);
  }, 0);
}
