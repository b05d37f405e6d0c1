import { enumerateCrashPoints } from '../plan/crash-point.ts';
import type { CrashPoint } from '../plan/crash-point.ts';
import type { PlannedAttack } from '../round/attack.ts';
import { Random } from '../plan/random.ts';
import { secondPoint } from '../plan/schedule.ts';
import type { Combination, Field } from '../plan/schedule.ts';
import { faults } from './fault.ts';
import type { ProvisionerFault } from './fault.ts';

/** A claim that a round makes. */
export interface PlannedClaim {
  readonly kind: 'Machine' | 'NodeClaim';
  readonly name: string;
  /** Instance types that it takes, the preferred one first. */
  readonly instanceTypes: readonly string[];
  /** It is deleted midway: at once, when its pool shows, or when it is Ready. Kept until the end when absent. */
  readonly deletedWhen?: 'created' | 'requested' | 'ready';
}

/** Everything about a round that is not left to the machine. */
export interface RoundPlan extends PlannedAttack {
  readonly fault: ProvisionerFault;
  readonly claims: readonly PlannedClaim[];
  /** The claims are made while the provisioner starts, and not when it is there. */
  readonly claimsFirst: boolean;
  /** Garbage collection runs every second instead of every two minutes. */
  readonly eagerCollection: boolean;
}

const MAX_CLAIMS = 5;

/** Where a provisioner is killed. None deletes a claim on its own account unless the node goes first, so there is no point at that. */
export const field: Field<ProvisionerFault> = {
  name: 'provisioner',
  points: enumerateCrashPoints({
    'PUT agentPools': 4,
    'DELETE agentPools': 4,
    'hold claim': 3,
    'label claim': 3,
    'claim status': 5,
    'release claim': 3,
    'hold node': 3,
    'change node': 4,
    'delete node': 3,
    'release node': 3,
  }),
  faults,
};

/** How many claims a round must have for the point to be reached: each sends at least one request of every kind. */
export function claimsNeeded({ nth }: CrashPoint): number {
  return Math.max(2, nth);
}

/** The details of a round: the same for the same seed and id, whatever else is run. */
export function planRound(seed: number, { id, point, fault }: Combination<ProvisionerFault>): RoundPlan {
  const random = new Random(`${seed}/${id}`);
  const count = Math.max(claimsNeeded(point), random.int(2, MAX_CLAIMS));
  const claims = Array.from({ length: count }, (_, index) => planClaim(random, id, index));
  return {
    seed,
    id,
    point,
    fault,
    // One claim at least is wanted to the end.
    claims: claims.map((claim, index) => (index === 0 ? claim : withFate(claim, index < claimsNeeded(point), random))),
    faultFrom: random.chance(0.5) ? 'start' : 'restart',
    ...(fault.twice && { secondPoint: secondPoint(random) }),
    claimsFirst: random.chance(0.5),
    eagerCollection: random.chance(0.5),
  };
}

function planClaim(random: Random, id: string, index: number): PlannedClaim {
  const kind = (['Machine', 'NodeClaim'] as const)[index % 2] ?? 'Machine';
  const short = `${id}${kind === 'Machine' ? 'm' : 'n'}${index}`;
  return {
    kind,
    // A long name is no pool name, so its pool gets a derived one.
    name: random.chance(0.25) ? `${short}-has-a-long-name` : short,
    instanceTypes: random.chance(0.5) ? ['Standard_NC6s_v3', 'Standard_NC12s_v3'] : ['Standard_NC6s_v3'],
  };
}

/** Claims that the crash point needs are not deleted before they are Ready: fewer requests would come, and never that one. */
function withFate(claim: PlannedClaim, needed: boolean, random: Random): PlannedClaim {
  if (!random.chance(0.4)) return claim;
  const deletedWhen = needed ? 'ready' : random.pick(['created', 'requested', 'ready'] as const);
  return { ...claim, ...(deletedWhen && { deletedWhen }) };
}
