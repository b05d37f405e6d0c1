import { isAzureError } from '@kaito/azure';
import type { AgentPool } from '@kaito/azure';
import type { Step } from '../../claims/claim.ts';
import { judge, reportOf } from '../../faults/launch-failure.ts';
import type { LaunchFault } from '../../faults/launch-failure.ts';
import { acceptedAt, holdDeletion } from '../../pools/operations.ts';
import { describeOwner } from '../../pools/ownership.ts';
import { poolBody } from '../../pools/pool-body.ts';
import type { PoolRequest } from '../../pools/pool-body.ts';
import { judgePool } from '../../pools/pool-sighting.ts';
import { decideLaunch, inProgress } from './launch-decision.ts';
import type { LaunchOutcome } from './launch-decision.ts';
import type { Pass, Services } from './pass.ts';
import type { RequestVerdict } from './request.ts';

/** What a launch acts through; it writes nothing to the cluster. */
export type LaunchServices = Omit<Services, 'client' | 'operations'>;

/** After a PUT without an answer, how long a pool may still come up behind it. The client gives a request 30 s. */
const UNCERTAIN_MS = 30_000;

/**
 * Brings the claim's pool into being: decides what is missing, sends at most one request that changes something, and never
 * waits for it. A fault of Azure is an outcome, not an error.
 * @param joined the claim's node is there: nothing is left to launch
 * @throws AzureError only when the pass itself was aborted
 */
export async function launch(
  pass: Pass,
  services: LaunchServices,
  found: { readonly joined: boolean; readonly verdict: RequestVerdict },
): Promise<LaunchOutcome> {
  if (!found.joined) followPool(pass, services);
  const decision = decideLaunch(pass, services, found);
  if (decision.do === 'discard') return await discard(pass, services, decision.pool);
  if (decision.do === 'nothing') return decision.outcome;
  for (const message of decision.warnings) {
    services.events.record(pass.claim.object, { type: 'Warning', reason: 'UnknownImageFamily', message });
  }
  return await create(pass, services, decision.request);
}

/** Has the pool looked at more often while AKS works on it: also one that an earlier process began. */
function followPool({ pool, sighting }: Pass, { poller }: LaunchServices): void {
  if (sighting.state === 'accepted') poller.expect(pool, 'create');
  if (sighting.state !== 'ours') return;
  const { provisioningState } = sighting.pool;
  if (provisioningState === 'Succeeded') poller.settle(pool);
  else poller.expect(pool, provisioningState === 'Deleting' ? 'delete' : 'create');
}

async function create(pass: Pass, services: LaunchServices, request: PoolRequest): Promise<LaunchOutcome> {
  const { claim, dialect, pool, operation, signal, logger } = pass;
  Object.assign(operation, { created: undefined, deleted: undefined, seen: false, discarding: false });
  services.poller.expect(pool, 'create');
  try {
    const answer = await services.agentPools.create(pool, poolBody(claim, dialect, request, services.clock.now()), {
      signal,
    });
    operation.created = acceptedAt(services.clock.monotonic(), answer);
    operation.uncertainUntil = undefined;
    services.metrics.created(claim);
    const { vmSize } = request;
    const message = `Agent pool ${pool} of ${vmSize} is requested`;
    services.events.record(claim.object, { type: 'Normal', reason: 'Launching', message });
    // Not the URL of the operation: newer ones carry a signature.
    logger.info('Agent pool requested', { pool, vmSize, correlationId: answer.correlationId });
    return { step: inProgress(pool, 'Creating') };
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    return error.kind === 'exists' ? await adopt(pass, services) : fail(pass, services, error);
  }
}

/** A pool of that name is there already: ours, from a PUT whose answer was lost, or somebody else's. */
async function adopt(pass: Pass, services: LaunchServices): Promise<LaunchOutcome> {
  const { claim, pool, operation, signal, logger } = pass;
  try {
    const sighting = judgePool(await services.agentPools.get(pool, { signal }), claim);
    if (sighting.state === 'foreign') return fail(pass, services, foreignFault(sighting.pool));
    if (sighting.state === 'ours') {
      operation.created = acceptedAt(services.clock.monotonic());
      operation.uncertainUntil = undefined;
      logger.info('Agent pool adopted', { pool, state: sighting.pool.provisioningState });
    }
    return { step: inProgress(pool, 'Creating'), requeueAfterMs: 1000 };
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    return fail(pass, services, error);
  }
}

/** A pool whose creation failed holds quota and its name, so it goes at once; its cause stays on the claim. */
async function discard(pass: Pass, services: LaunchServices, failed: AgentPool): Promise<LaunchOutcome> {
  const { pool, operation, signal, logger } = pass;
  if (!operation.discarding) {
    fail(pass, services, await causeOf(pass, services, failed));
    operation.discarding = true;
  }
  const step: Step = operation.failure ? reportOf(operation.failure) : inProgress(pool, failed.provisioningState);
  try {
    const answer = await services.agentPools.delete(pool, { signal, etag: failed.etag });
    operation.deleted = acceptedAt(services.clock.monotonic(), answer);
    operation.refusedDeletion = undefined;
    services.poller.expect(pool, 'delete');
    logger.info('Failed agent pool discarded', { pool, correlationId: answer?.correlationId });
    return { step };
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    logger.warn('Discarding the failed agent pool failed', { pool, error });
    // The newer state, or the end of what is in the way, shows in the next LIST.
    services.poller.expect(pool, 'delete');
    return { step, requeueAfterMs: holdDeletion(operation, error, services) };
  }
}

async function causeOf(pass: Pass, services: LaunchServices, failed: AgentPool): Promise<LaunchFault> {
  if (failed.provisioningError) return failed.provisioningError;
  const unexplained: LaunchFault = {
    kind: 'unknown',
    code: failed.provisioningState,
    message: `AKS reports agent pool ${failed.name} as ${failed.provisioningState} and gives no cause`,
  };
  const url = pass.operation.created?.operationUrl;
  if (url === undefined) return unexplained;
  try {
    return (await services.agentPools.operation(url, { signal: pass.signal })).error ?? unexplained;
  } catch (error) {
    if (pass.signal.aborted || !isAzureError(error)) throw error;
    pass.logger.warn('Reading the cause of a failed agent pool failed', { pool: failed.name, error });
    return unexplained;
  }
}

/** Takes a fault down: verdict, Event, log line, and a pause for everybody when Azure is throttling. */
function fail(pass: Pass, services: LaunchServices, fault: LaunchFault): LaunchOutcome {
  const { claim, pool, operation, logger } = pass;
  const now = services.clock.monotonic();
  const failure = judge(fault, {
    generation: claim.generation,
    previous: operation.failure,
    now,
    random: services.random(),
  });
  operation.failure = failure;
  if (fault.kind === 'throttled') services.gate.closeUntil(failure.retryAt);
  if (fault.kind === 'transient') operation.uncertainUntil = now + UNCERTAIN_MS;
  else services.poller.settle(pool);
  const step = reportOf(failure);
  services.events.record(claim.object, { type: 'Warning', reason: step.reason, message: step.message });
  logger.warn('Launch failed', {
    pool,
    kind: fault.kind,
    code: fault.code,
    message: fault.message,
    correlationId: fault.correlationId,
    retryInMs: failure.final ? undefined : failure.retryInMs,
  });
  return failure.final ? { step } : { step, requeueAfterMs: failure.retryInMs };
}

function foreignFault(pool: AgentPool): LaunchFault {
  return {
    kind: 'exists',
    code: 'PoolNotOwned',
    message: `agent pool ${pool.name} is not this claim's: ${describeOwner(pool)}`,
  };
}
