import { labels, nodeClaimReasons } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Step } from '../../claims/claim.ts';
import { initializationBlocker, isInitialized } from './initialization.ts';
import { blockedBy } from './initialization-deadline.ts';
import type { NodeMatch } from './node-match.ts';
import type { Pass, Services } from './pass.ts';
import { patchNode } from './node-patch.ts';
import type { NodeChange } from './node-patch.ts';
import { watchGpus } from './watch-gpus.ts';
import { wasTakenIn, isRegistered, registrationOf } from './registration.ts';

/** How far the node has come, and the node as it stands after the pass. */
export interface SeenIn {
  readonly registered: Step;
  readonly initialized: Step;
  readonly node?: Node;
  /** When to look again, in milliseconds, if nothing happens before. */
  readonly requeueAfterMs?: number | undefined;
}

/** Sees the claim's node in: registration, then initialization, with one patch for what both have to write. */
export async function seeIn(pass: Pass, services: Services, launched: Step, match: NodeMatch): Promise<SeenIn> {
  if (match.found === 'none') return withoutNode(launched);
  if (match.found === 'many') return tooMany(match.names);
  const { node } = match;
  if (node.metadata.deletionTimestamp) return { registered: unchanged, initialized: unchanged, node };
  return await takeIn(pass, services, node);
}

async function takeIn(pass: Pass, services: Services, node: Node): Promise<SeenIn> {
  const registration = isRegistered(node, pass.claim) ? {} : registrationOf(pass.claim, pass.dialect, node);
  const blocker = isInitialized(node)
    ? undefined
    : initializationBlocker(pass.claim, node, registration.taints ?? node.spec?.taints ?? []);
  const time = { limitMs: services.deadlines.initializationMs, now: services.clock.now() };
  const { step: initialized, requeueAfterMs } = blocker
    ? blockedBy(blocker, pass.claim, pass.dialect, time)
    : { step: done, requeueAfterMs: watchGpus(pass, services, node) };
  const change = initialized.state === 'done' ? withLabel(registration, labels.initialized) : registration;
  const seen = await patchNode(services.client, node, change, pass.signal);
  if (seen && !wasTakenIn(node)) services.metrics.termination.nodeCreated(seen);
  return seen
    ? { registered: done, initialized, node: seen, requeueAfterMs }
    : { registered: unchanged, initialized: unchanged };
}

const done: Step = { state: 'done' };
const unchanged: Step = { state: 'unchanged' };
const unstarted: Step = { state: 'unstarted' };

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
