import type { Clock, Logger } from '@kaito/kube';
import type { Settings } from '../admin/protocol.ts';
import { internalError, noSuchRoute } from '../arm/errors.ts';
import type { RequestLimits } from '../arm/request-limits.ts';
import type { Tokens } from '../entra/tokens.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { perform, RESET } from '../faults/perform.ts';
import type { RequestLog } from './request-log.ts';
import type { Area, Call, Interference, Match, Reply } from './route.ts';
import { ServiceError } from './service-error.ts';

export interface PipelineOptions {
  readonly route: (method: string, path: string) => Match | undefined;
  readonly tokens: Tokens;
  readonly limits: RequestLimits;
  readonly faults: FaultPlan;
  readonly log: RequestLog;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An answer with all its headers, or the wish to destroy the connection. */
export type Answer =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body?: object }
  | typeof RESET;

/** Takes a request through log, faults, token and rate limits to its handler, and gives the answer Azure's headers. */
export function pipeline(options: PipelineOptions): (call: Call) => Promise<Answer> {
  return call => {
    const match = options.route(call.method, call.path);
    return match?.route.area === 'admin' ? administer(call, match, options) : serve(call, match ?? NO_MATCH, options);
  };
}

async function administer(call: Call, match: Match, options: PipelineOptions): Promise<Answer> {
  const { handleLater } = match.route;
  const reply = handleLater
    ? await handleLater(call, match.params).catch((error: unknown) => refuse(error, call, options))
    : attempt(call, match, {}, options);
  return finish(reply, call, options);
}

/** Where requests go that no route is for; they are counted, and faults can hit them. */
const NO_MATCH: Match = {
  route: {
    area: 'entra',
    method: 'GET',
    name: 'unknown',
    path: '',
    handle: call => {
      throw noSuchRoute(call.method, call.path);
    },
  },
  params: {},
};

async function serve(call: Call, match: Match, options: PipelineOptions): Promise<Answer> {
  const { faults, log, clock } = options;
  const { method, name: route } = match.route;
  const pool = match.route.pool?.(match.params);
  const done = log.arrived({
    operation: `${match === NO_MATCH ? call.method : method} ${route}`,
    method: call.method,
    path: call.path,
    correlationId: call.correlationId,
    ...(pool !== undefined && { pool }),
    at: clock.now(),
  });
  const fault = faults.take({ method, route, pool });
  const faultId = fault && { faultId: fault.id };
  const run = (interference: Interference): Reply => attempt(call, match, interference, options);
  const reply = fault
    ? await perform(fault.action, run, { route, clock, signal: call.signal }).catch((error: unknown) =>
        call.signal.aborted ? RESET : refuse(error, call, options),
      )
    : run({});
  if (reply === RESET) {
    done({ ...faultId });
    return RESET;
  }
  done({ status: reply.status, ...faultId });
  return finish(reply, call, options, match.route.area);
}

/** Runs the handler behind the checks of its area. */
function attempt(call: Call, match: Match, interference: Interference, options: PipelineOptions): Reply {
  const { tokens, limits, settings, clock } = options;
  const { route, params } = match;
  try {
    if (route.area === 'azure') {
      const now = clock.now();
      tokens.check(call.headers.authorization, call.origin, now);
      limits.enforce({ method: route.method, route: route.name, pool: route.pool?.(params) }, now, settings());
    }
    return route.handle(call, params, interference);
  } catch (error) {
    return refuse(error, call, options);
  }
}

function refuse(reason: unknown, call: Call, { clock, logger }: PipelineOptions): Reply {
  const known = reason instanceof ServiceError;
  if (!known) logger.error('Request failed', { method: call.method, path: call.path, error: reason });
  const error = known ? reason : internalError();
  return { status: error.status, body: error.body({ ...call, now: clock.now() }), headers: error.headers };
}

function finish(reply: Reply, call: Call, { limits, clock }: PipelineOptions, area?: Area): Answer {
  const headers = {
    'x-ms-request-id': call.requestId,
    'x-ms-correlation-request-id': call.correlationId,
    ...(area === 'azure' && limits.headers(call.method, clock.now())),
    ...reply.headers,
  };
  return { status: reply.status, headers, ...(reply.body && { body: reply.body }) };
}
