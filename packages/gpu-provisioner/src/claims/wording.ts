import { nodeClaimReasons } from '@kaito/crds';

/** What both dialects say of a phase that nobody has worked on yet (Karpenter's status machinery). */
export const awaiting = {
  reason: nodeClaimReasons.awaitingReconciliation,
  message: 'object is awaiting reconciliation',
} as const;

/** The node class that marks a claim as ours. No object of it has to exist. */
export const NODE_CLASS = { group: 'kaito.sh', kind: 'KaitoNodeClass', defaultName: 'default' } as const;
