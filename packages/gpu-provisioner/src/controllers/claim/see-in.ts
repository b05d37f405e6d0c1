import { labels, nodeClaimReasons } from '@kaito/crds';
import { nodes } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import type { Step } from '../../claims/claim.ts';
import { initializationBlocker, isInitialized } from './initialization.ts';
import type { NodeMatch } from './node-match.ts';
import type { Pass, Services } from './pass.ts';
import { isRegistered, registrationPatch } from './registration.ts';
import type { NodePatch } from './registration.ts';

/** How far the node has come, and the node as it stands after the pass. */
export interface SeenIn {
  readonly registered: Step;
  readonly initialized: Step;
  readonly node?: Node;
}

/** Sees the claim's node in: registration, then initialization, with one patch for what both have to write. */
export async function seeIn(
  pass: Pass,
  services: Pick<Services, 'client'>,
  launched: Step,
  match: NodeMatch,
): Promise<SeenIn> {
  if (match.found === 'none') return withoutNode(launched);
  if (match.found === 'many') return tooMany(match.names);
  const { node } = match;
  if (node.metadata.deletionTimestamp) return { registered: unchanged, initialized: unchanged, node };
  const registration = isRegistered(node, pass.claim) ? undefined : registrationPatch(pass.claim, pass.dialect, node);
  const initialized = isInitialized(node)
    ? done
    : initialization(pass, node, registration?.spec.taints ?? node.spec?.taints);
  const patch = nodePatch(node, registration, initialized.state === 'done');
  if (!patch) return { registered: done, initialized, node };
  const { signal, logger } = pass;
  const seen = await services.client.patch(nodes, { name: node.metadata.name }, patch, { signal });
  if (registration) logger.info('Node registered', { node: node.metadata.name });
  if (initialized.state === 'done') logger.info('Node initialized', { node: node.metadata.name });
  return { registered: done, initialized, node: seen };
}

const done: Step = { state: 'done' };
const unchanged: Step = { state: 'unchanged' };
const unstarted: Step = { state: 'unstarted' };

function initialization(pass: Pass, node: Node, taints: NonNullable<Node['spec']>['taints'] = []): Step {
  const blocker = initializationBlocker(pass.claim, node, taints);
  return blocker ? { state: 'waiting', ...blocker } : done;
}

/**
 * One merge patch; undefined when the node has everything. Lists go under the version that was read, because a merge patch
 * replaces them; a label alone only under the uid, so that heartbeats do not get in its way.
 */
function nodePatch(node: Node, registration: NodePatch | undefined, initialized: boolean): object | undefined {
  const flag = initialized && !isInitialized(node) ? { [labels.initialized]: 'true' } : undefined;
  if (!registration && !flag) return undefined;
  const { uid, resourceVersion } = node.metadata;
  const lock = registration ? { uid, resourceVersion } : { uid };
  return {
    ...registration,
    metadata: { ...registration?.metadata, labels: { ...registration?.metadata.labels, ...flag }, ...lock },
  };
}

/** Before the launch nothing can be said; after it, a node that was there and is not seen now changes nothing. */
function withoutNode(launched: Step): SeenIn {
  if (launched.state === 'unchanged') return { registered: unchanged, initialized: unchanged };
  if (launched.state !== 'done') return { registered: unstarted, initialized: unstarted };
  const missing: Step = {
    state: 'waiting',
    reason: nodeClaimReasons.nodeNotFound,
    message: 'the node has not joined the cluster yet',
  };
  return { registered: missing, initialized: missing };
}

function tooMany(names: readonly string[]): SeenIn {
  const reason = nodeClaimReasons.multipleNodesFound;
  const message = `the agent pool has several nodes, ${names.join(', ')}; a claim is for one, scale the pool to 1`;
  return {
    registered: { state: 'failed', reason, message },
    initialized: { state: 'waiting', reason, message },
  };
}
