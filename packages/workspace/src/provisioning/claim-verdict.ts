import type { Plan } from '@kaito/planner';
import type { Claim } from '../claims/claim.ts';
import type { ClaimKind } from '../claims/claim-kind.ts';
import type { Observed } from '../observed.ts';
import type { Verdict } from './provisioning.ts';
import { standsOf, type Stand } from './stand.ts';

/** How far the claims of a workspace are, or, where one is stuck, what its provisioner says about it. */
export function claimVerdict(observed: Observed, plan: Plan, kind: ClaimKind, now: number): Verdict {
  const { claims: own, pooled, reserved } = standsOf(observed, plan, now);
  const claims = [...own, ...pooled].flatMap(claimOf);
  const wanted = Math.max(0, plan.nodes.count - reserved.length);
  const ready = claims.filter(claim => claim.ready).length;
  const progress = `${ready} of ${wanted} claims are ready`;
  if (ready >= wanted) return { ok: true, reason: kind.readyReason, message: `${progress}${beside(reserved)}` };
  const waiting = claims.filter(claim => !claim.ready);
  return {
    ok: false,
    ...(obstacleOf(waiting) ?? { reason: kind.notReadyReason, message: waitingFor(waiting, progress) }),
  };
}

function claimOf({ source }: Stand): readonly Claim[] {
  return 'claim' in source ? [source.claim] : [];
}

function beside(reserved: readonly Stand[]): string {
  return reserved.length === 0 ? '' : `; in use beside them: ${reserved.map(({ name }) => name).join(', ')}`;
}

/** What the provisioner says about the claim that is worst off: one that was refused for good before one that waits. */
function obstacleOf(waiting: readonly Claim[]): Pick<Verdict, 'reason' | 'message'> | undefined {
  const told = waiting.filter(({ obstacle }) => obstacle !== undefined);
  const worst = told.find(({ refused }) => refused !== undefined) ?? told[0];
  if (!worst?.obstacle) return undefined;
  const { reason, message } = worst.obstacle;
  const others = waiting.length > 1 ? ` (and ${waiting.length - 1} more not ready)` : '';
  return { reason, message: `claim ${worst.name}: ${message || reason}${others}` };
}

function waitingFor(waiting: readonly Claim[], progress: string): string {
  return waiting.length === 0 ? progress : `${progress}; waiting for ${waiting.map(({ name }) => name).join(', ')}`;
}
