import type { ClaimKind, Dialect } from './claim.ts';
import { machineDialect } from './machine.ts';
import { nodeClaimDialect } from './node-claim.ts';

/** Every kind of claim that is served, with its language. */
export const dialects: Readonly<Record<ClaimKind, Dialect>> = {
  Machine: machineDialect,
  NodeClaim: nodeClaimDialect,
};
