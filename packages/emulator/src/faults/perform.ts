import { sleep } from '@kaito/kube';
import type { Clock } from '@kaito/kube';
import type { FaultAction, HangAction, RespondAction, RouteName } from '../admin/protocol.ts';
import type { Interference, Reply } from '../http/route.ts';
import { ServiceError } from '../http/service-error.ts';
import type { ErrorShape } from '../http/service-error.ts';

/** Longer than any caller waits; the longest delay that Node's timers take is a little more. */
const FOREVER_MS = 20 * 24 * 3600 * 1000;

/** Carries a request out; refusals are replies too, so it does not throw what a caller should see. */
export type Run = (interference: Interference) => Reply;

/** Asks for the connection to be destroyed instead of an answer. */
export const RESET = 'reset';

export interface FaultContext {
  readonly route: RouteName;
  readonly clock: Clock;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/**
 * Does to a request what a fault says.
 * @throws ServiceError when the fault is to answer with an error; the signal's reason when the caller is gone.
 */
export async function perform(action: FaultAction, run: Run, context: FaultContext): Promise<Reply | typeof RESET> {
  if (action.type === 'stale') return run({ staleMs: action.ms });
  if (action.type === 'failOperation') return run({ failOperation: { nodes: 'never', ...action } });
  if (action.type === 'hang') return hang(action, run, context);
  if (action.effect) run({});
  if (action.type === 'reset') return RESET;
  throw refusal(action, context.route);
}

async function hang(
  { ms, effect }: HangAction,
  run: Run,
  { clock, signal }: FaultContext,
): Promise<Reply | typeof RESET> {
  const early = effect ? run({}) : undefined;
  await sleep(clock, ms ?? FOREVER_MS, signal);
  return early ?? run({});
}

function refusal(
  { status, code, message, shape, retryAfterSeconds, headers }: RespondAction,
  route: RouteName,
): ServiceError {
  return new ServiceError(shape ?? usualShape(route), status, {
    code,
    message,
    headers: { ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }), ...headers },
  });
}

/** Routes whose refusals the AKS resource provider words. */
const FLAT_ROUTES: readonly RouteName[] = [
  'agentPools',
  'agentPools/abort',
  'managedClusters/stop',
  'managedClusters/start',
];

function usualShape(route: RouteName): ErrorShape {
  if (FLAT_ROUTES.includes(route)) return 'flat';
  return route === 'token' ? 'entra' : 'nested';
}
