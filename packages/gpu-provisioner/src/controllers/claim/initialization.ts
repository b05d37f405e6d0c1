import { isPositive, labels, nodeClaimReasons, taints } from '@kaito/crds';
import type { Taint } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Claim } from '../../claims/claim.ts';
import { isSame } from './registration.ts';

/** Why a node cannot take pods yet. */
export interface Blocker {
  readonly reason: string;
  readonly message: string;
}

/** Taints that Kubernetes and the cloud take off by themselves while a node comes up (Karpenter, known ephemeral taints). */
const EPHEMERAL_TAINTS: readonly Taint[] = [
  { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
  { key: 'node.cloudprovider.kubernetes.io/uninitialized', effect: 'NoSchedule', value: 'true' },
  taints.unregistered,
];
/** Taints of this domain announce a readiness gate of their own (Karpenter). */
const READINESS_DOMAIN = 'readiness.k8s.io/';

/** A request for storage sizes the disk; no kubelet ever reports a resource of that name. */
const NEVER_REPORTED = 'storage';

/** Whether the node has taken pods for this claim before. */
export function isInitialized({ metadata }: Node): boolean {
  return metadata.labels?.[labels.initialized] === 'true';
}

/**
 * What stands between the node and its first pod; undefined when nothing does.
 * @param nodeTaints the node's taints once this pass has written them
 */
export function initializationBlocker(claim: Claim, node: Node, nodeTaints: readonly Taint[]): Blocker | undefined {
  return (
    notReady(node) ?? startupTaint(claim, nodeTaints) ?? ephemeralTaint(nodeTaints) ?? missingResource(claim, node)
  );
}

function notReady({ metadata, status }: Node): Blocker | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  const why = ready?.message ? `: ${ready.message}` : '';
  return { reason: nodeClaimReasons.nodeNotReady, message: `node ${metadata.name} is not Ready${why}` };
}

function startupTaint(claim: Claim, nodeTaints: readonly Taint[]): Blocker | undefined {
  const left = claim.startupTaints.find(wanted => nodeTaints.some(taint => isSame(taint, wanted)));
  if (!left) return undefined;
  return {
    reason: nodeClaimReasons.startupTaintsExist,
    message: `start-up taint ${left.key}:${left.effect} is still on the node; whoever it waits for has to take it off`,
  };
}

function ephemeralTaint(nodeTaints: readonly Taint[]): Blocker | undefined {
  const left = nodeTaints.find(
    taint => taint.key.startsWith(READINESS_DOMAIN) || EPHEMERAL_TAINTS.some(known => isSame(known, taint)),
  );
  if (!left) return undefined;
  return {
    reason: nodeClaimReasons.ephemeralTaintsExist,
    message: `taint ${left.key}:${left.effect} is still on the node`,
  };
}

function missingResource(claim: Claim, { metadata, status }: Node): Blocker | undefined {
  const wanted = Object.entries(claim.requests).filter(([name, size]) => name !== NEVER_REPORTED && isPositive(size));
  const missing = wanted.map(([name]) => name).filter(name => !isPositive(status?.allocatable?.[name]));
  if (missing.length === 0) return undefined;
  return {
    reason: nodeClaimReasons.resourceNotRegistered,
    message: `node ${metadata.name} does not show ${missing.join(', ')} yet; a device plugin or driver reports it`,
  };
}
