import { labels, nodeClaimReasons } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Step } from '../../claims/claim.ts';
import { initializationBlocker, isInitialized } from './initialization.ts';
import type { NodeMatch } from './node-match.ts';
import type { Pass, Services } from './pass.ts';
import { patchNode } from './node-patch.ts';
import type { NodeChange } from './node-patch.ts';
import { isRegistered, registrationOf } from './registration.ts';

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
  const registration = isRegistered(node, pass.claim) ? {} : registrationOf(pass.claim, pass.dialect, node);
  const initialized = isInitialized(node)
    ? done
    : initialization(pass, node, registration.taints ?? node.spec?.taints ?? []);
  const change = initialized.state === 'done' ? withLabel(registration, labels.initialized) : registration;
  const seen = await patchNode(services.client, node, change, pass.signal);
  return seen ? { registered: done, initialized, node: seen } : { registered: unchanged, initialized: unchanged };
}

const done: Step = { state: 'done' };
const unchanged: Step = { state: 'unchanged' };
const unstarted: Step = { state: 'unstarted' };

function initialization({ claim }: Pass, node: Node, taints: readonly Taint[]): Step {
  const blocker = initializationBlocker(claim, node, taints);
  return blocker ? { state: 'waiting', ...blocker } : done;
}

function withLabel(change: NodeChange, label: string): NodeChange {
  return { ...change, labels: { ...change.labels, [label]: 'true' } };
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
