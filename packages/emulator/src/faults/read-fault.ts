import { METHODS, ROUTES } from '../admin/protocol.ts';
import type {
  FailOperationAction,
  FaultAction,
  FaultMatch,
  FaultSpec,
  HangAction,
  ResetAction,
  RespondAction,
  StaleAction,
} from '../admin/protocol.ts';
import { choice, flag, integer, invalidInput, object, record, required, text } from '../admin/read.ts';
import type { Reader } from '../admin/read.ts';
import { poolPattern } from '../admin/pool-pattern.ts';
import { HISTORY_MS } from '../aks/pool-store.ts';
import { affects } from './affects.ts';

const duration = integer(0, 86_400_000);

const ACTIONS: { readonly [Type in FaultAction['type']]: Reader<FaultAction> } = {
  respond: required(
    object<RespondAction>({
      type: choice('respond'),
      status: integer(400, 599),
      code: text,
      message: text,
      shape: choice('flat', 'nested', 'entra'),
      retryAfterSeconds: integer(0, 86_400),
      headers: record(text),
      effect: flag,
    }),
    'status',
    'code',
    'message',
  ),
  failOperation: required(
    object<FailOperationAction>({
      type: choice('failOperation'),
      code: text,
      message: text,
      afterMs: duration,
      nodes: choice('join', 'never'),
    }),
    'code',
    'message',
  ),
  hang: object<HangAction>({ type: choice('hang'), ms: duration, effect: flag }),
  reset: object<ResetAction>({ type: choice('reset'), effect: flag }),
  stale: required(object<StaleAction>({ type: choice('stale'), ms: integer(1, HISTORY_MS) }), 'ms'),
};

const readType = choice('respond', 'failOperation', 'hang', 'reset', 'stale');
const readAction: Reader<FaultAction> = (value, where) => {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return ACTIONS[readType(type, `${where}.type`)](value, where);
};

const readTimes: Reader<number | 'always'> = (value, where) => (value === 'always' ? value : integer(1)(value, where));

const readSpec = required(
  object<FaultSpec>({
    match: object<FaultMatch>({ method: choice(...METHODS), route: choice(...ROUTES), pool: poolPattern }),
    times: readTimes,
    action: readAction,
  }),
  'action',
);

/** Reads a fault. @throws ServiceError 400, also for one that could never hit anything. */
export const readFault: Reader<FaultSpec> = (value, where) => {
  const spec = readSpec(value, where);
  const { method, route } = spec.match ?? {};
  if (!affects(spec.action, method, route)) {
    throw invalidInput(`${where}.action`, `of type '${spec.action.type}' can never hit what 'match' describes`);
  }
  return spec;
};
