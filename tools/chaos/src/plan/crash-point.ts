/** What a request that changes something does, in the terms of the protocol. */
export const WRITE_KINDS = [
  'PUT agentPools',
  'DELETE agentPools',
  'hold claim',
  'label claim',
  'claim status',
  'delete claim',
  'release claim',
  'hold node',
  'change node',
  'delete node',
  'release node',
] as const;
export type WriteKind = (typeof WRITE_KINDS)[number];

/**
 * Where the process is killed: at the nth request of a kind, before that goes on to the server, or when the server has
 * done it and its answer has not reached the process.
 */
export interface CrashPoint {
  readonly request: WriteKind | 'any write';
  /** Counts from 1, over all claims and since the process was started. */
  readonly nth: number;
  readonly side: 'before' | 'after';
}

/**
 * How many requests of a kind a round is sure to have if it has as many claims. No process deletes a claim on its own account
 * unless the node goes first, so there is no point at `delete claim`.
 */
const REACH: Readonly<Partial<Record<WriteKind, number>>> = {
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
};

/** Every crash point, always in the same order. */
export function enumerateCrashPoints(): readonly CrashPoint[] {
  return WRITE_KINDS.flatMap(request =>
    Array.from({ length: REACH[request] ?? 0 }, (_, index) => index + 1).flatMap(nth =>
      (['before', 'after'] as const).map(side => ({ request, nth, side })),
    ),
  );
}

/** How many claims a round must have for the point to be reached: each sends at least one request of every kind. */
export function claimsNeeded({ nth }: CrashPoint): number {
  return Math.max(2, nth);
}

/** The point in words: `before PUT agentPools #2`. */
export function describePoint({ request, nth, side }: CrashPoint): string {
  return `${side} ${request} #${nth}`;
}
