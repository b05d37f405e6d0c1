/** What a request that changes something does, in the terms of the protocol. */
export const WRITE_KINDS = [
  'PUT agentPools',
  'DELETE agentPools',
  'create claim',
  'hold claim',
  'label claim',
  'claim status',
  'delete claim',
  'release claim',
  'hold node',
  'change node',
  'delete node',
  'release node',
  'hold workspace',
  'change workspace',
  'workspace status',
  'release workspace',
  'apply workload',
  'delete workload',
  'apply service',
  'delete service',
  'write revision',
  'delete pod',
  'apply job',
  'delete job',
  'apply settings',
  'training outcome',
] as const;
export type WriteKind = (typeof WRITE_KINDS)[number];

/**
 * Where the process is killed: at the nth request of a kind, before that goes on to the server, or when the server has
 * done it and its answer has not reached the process.
 */
export interface CrashPoint {
  readonly request: WriteKind | 'any write';
  /** Counts from 1, over all objects and since the process was started. */
  readonly nth: number;
  readonly side: 'before' | 'after';
}

/** How many requests of a kind a round is sure to have if it has as many objects. */
export type Reach = Readonly<Partial<Record<CrashPoint['request'], number>>>;

/** Every crash point within that reach, always in the same order. */
export function enumerateCrashPoints(reach: Reach): readonly CrashPoint[] {
  return ([...WRITE_KINDS, 'any write'] as const).flatMap(request =>
    Array.from({ length: reach[request] ?? 0 }, (_, index) => index + 1).flatMap(nth =>
      (['before', 'after'] as const).map(side => ({ request, nth, side })),
    ),
  );
}

/** The point in words: `before PUT agentPools #2`. */
export function describePoint({ request, nth, side }: CrashPoint): string {
  return `${side} ${request} #${nth}`;
}
