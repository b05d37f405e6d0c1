import { isAzureError } from '@kaito/azure';
import type { AgentPool } from '@kaito/azure';
import type { Step } from '../../claims/claim.ts';
import { judge, reportOf } from '../../faults/launch-failure.ts';
import type { LaunchFailure, LaunchFault } from '../../faults/launch-failure.ts';
import type { Offering } from '../../offerings/offering.ts';
import { offeringOf } from '../../offerings/pool-offering.ts';
import { acceptedAt, holdDeletion } from '../../pools/operations.ts';
import { describeOwner } from '../../pools/ownership.ts';
import { poolBody } from '../../pools/pool-body.ts';
import type { PoolRequest } from '../../pools/pool-body.ts';
import { judgePool } from '../../pools/pool-sighting.ts';
import { finished, inProgress } from './launch-decision.ts';
import type { LaunchOutcome } from './launch-decision.ts';
import type { LaunchPlan } from './launch-plan.ts';
import type { Pass, Services } from './pass.ts';

/** What a launch acts through; it writes nothing to the cluster. */
export type LaunchServices = Omit<Services, 'client' | 'operations'>;

/** After a PUT without an answer, how long a pool may still come up behind it. The client gives a request 30 s. */
const UNCERTAIN_MS = 30_000;

/**
 * Carries out the plan: sends at most one request that changes something, and never waits for what it starts. A fault of Azure
 * is an outcome, not an error.
 * @throws AzureError only when the pass itself was aborted
 */
export async function launch(plan: LaunchPlan, pass: Pass, services: LaunchServices): Promise<LaunchOutcome> {
  if (plan.do === 'nothing') return plan.outcome;
  if (plan.do === 'discard') return await discard(pass, services, plan);
  for (const message of plan.warnings) {
    services.events.record(pass.claim.object, { type: 'Warning', reason: 'UnknownImageFamily', message });
  }
  return await create(pass, services, plan.request);
}

/**
 * Has the pool looked at more often while AKS works on it, also one that an earlier process began, and notes when it was finished.
 * That of an earlier claim of the name, which goes, frees the name.
 */
export function followPool({ pool, sighting, operation }: Pass, { poller, clock }: LaunchServices): void {
  if (sighting.state === 'accepted') poller.expect(pool, 'create');
  if (sighting.state === 'foreign' && sighting.pool.provisioningState === 'Deleting') poller.expect(pool, 'delete');
  if (sighting.state !== 'ours') return;
  const { provisioningState } = sighting.pool;
  if (provisioningState === 'Succeeded') {
    operation.finishedAt ??= clock.now();
    poller.settle(pool);
  } else poller.expect(pool, provisioningState === 'Deleting' ? 'delete' : 'create');
}

async function create(pass: Pass, services: LaunchServices, request: PoolRequest): Promise<LaunchOutcome> {
  const { claim, dialect, pool, operation, signal, logger } = pass;
  const { clock, quota } = services;
  const times = { created: undefined, deleted: undefined, finishedAt: undefined };
  const fresh = { ...times, seen: false, discarding: false, nodeLost: false };
  Object.assign(operation, fresh);
  services.poller.expect(pool, 'create');
  try {
    const body = poolBody(claim, dialect, request, clock.now());
    const answer = await services.agentPools.create(pool, body, { signal });
    operation.created = acceptedAt(clock.monotonic(), answer);
    operation.uncertainUntil = undefined;
    quota.confirmed(claim.uid, pool);
    services.metrics.created(claim);
    const message = `Agent pool ${pool} of ${request.offering.type.name} is requested`;
    services.events.record(claim.object, { type: 'Normal', reason: 'Launching', message });
    // Not the URL of the operation: newer ones carry a signature.
    const { operationId, correlationId } = answer;
    logger.info('Agent pool requested', { pool, ...described(request.offering), operationId, correlationId });
    return { step: inProgress(pool, 'Creating') };
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    return error.kind === 'exists' ? await adopt(pass, services) : refused(pass, services, error, request.offering);
  }
}

function described({ type, capacityType, zone }: Offering): Readonly<Record<string, string | undefined>> {
  return { vmSize: type.name, capacityType, zone };
}

/** A pool of that name is there already: ours, from a PUT whose answer was lost, or somebody else's. */
async function adopt(pass: Pass, services: LaunchServices): Promise<LaunchOutcome> {
  const { claim, pool, operation, signal, logger } = pass;
  const { quota, clock } = services;
  try {
    const sighting = judgePool(await services.agentPools.get(pool, { signal }), claim);
    if (sighting.state === 'foreign') return refused(pass, services, foreignFault(sighting.pool), undefined);
    if (sighting.state === 'ours') {
      operation.created = acceptedAt(clock.monotonic());
      operation.uncertainUntil = undefined;
      quota.confirmed(claim.uid, pool);
      logger.info('Agent pool found', { pool, state: sighting.pool.provisioningState });
    } else quota.release(claim.uid);
    return { step: inProgress(pool, 'Creating'), requeueAfterMs: 1000 };
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    return refused(pass, services, error, undefined);
  }
}

/** The PUT came to nothing, as far as is known: gives back what was reserved for it. */
function refused(
  pass: Pass,
  services: LaunchServices,
  fault: LaunchFault,
  offering: Offering | undefined,
): LaunchOutcome {
  const { claim, pool, operation } = pass;
  const { quota, poller, clock } = services;
  if (fault.kind === 'transient') {
    operation.uncertainUntil = clock.monotonic() + UNCERTAIN_MS;
    quota.uncertain(claim.uid, operation.uncertainUntil);
  } else {
    if (fault.kind === 'quota') quota.refused(claim.uid);
    else quota.release(claim.uid);
    poller.settle(pool);
  }
  return outcomeOf(fail(pass, services, fault, offering));
}

/** A pool that failed or is late holds quota and the claim's name, so it goes at once; its cause stays on the claim. */
async function discard(
  pass: Pass,
  services: LaunchServices,
  { pool: useless, late }: Extract<LaunchPlan, { do: 'discard' }>,
): Promise<LaunchOutcome> {
  const { pool, operation, signal, logger } = pass;
  if (!operation.discarding) {
    const cause = late ?? (await causeOf(pass, services, useless));
    fail(pass, services, cause, offeringOf(useless, services.instanceTypes.lookup.bind(services.instanceTypes)));
    operation.discarding = true;
  }
  const step: Step = operation.failure ? reportOf(operation.failure) : inProgress(pool, useless.provisioningState);
  try {
    const answer = await services.agentPools.delete(pool, { signal, etag: useless.etag });
    operation.deleted = acceptedAt(services.clock.monotonic(), answer);
    operation.refusedDeletion = undefined;
    services.poller.expect(pool, 'delete');
    const { operationId, correlationId } = answer ?? {};
    logger.info('Useless agent pool discarded', { pool, operationId, correlationId });
    return { step };
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    logger.warn('Discarding the useless agent pool failed', { pool, error });
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

/** Takes a fault down: verdict, memory of the offering, Event, log line, and a pause for everybody when Azure is throttling. */
function fail(pass: Pass, services: LaunchServices, fault: LaunchFault, offering: Offering | undefined): LaunchFailure {
  const { claim, pool, operation, logger } = pass;
  const { clock, offerings, gate, events, metrics } = services;
  const now = clock.monotonic();
  if (offering) {
    offerings.failed(offering, fault, now);
    services.offeringMetrics.failed(offering, fault.kind);
  }
  offerings.ended(claim.uid);
  const context = { generation: claim.generation, previous: operation.failure, now, random: services.random() };
  const judged = judge(fault, context);
  const closed = offering !== undefined && offerings.state(offering, now).state === 'unavailable';
  const failure = closed && isAboutOffering(fault) ? goOn(judged, now) : judged;
  operation.failure = failure;
  if (fault.kind === 'throttled') gate.closeUntil(failure.retryAt);
  const step = reportOf(failure);
  metrics.launchFailed(step.reason, offering?.type.name ?? '');
  events.record(claim.object, { type: 'Warning', reason: step.reason, message: step.message });
  logger.warn('Launch failed', {
    pool,
    kind: fault.kind,
    code: fault.code,
    said: fault.message,
    correlationId: fault.correlationId,
    ...(offering && described(offering)),
    retryInMs: failure.final ? undefined : failure.retryInMs,
  });
  return failure;
}

/** Whether the fault says that this offering cannot be had, rather than that the request or the way to Azure is at fault. */
function isAboutOffering({ kind }: LaunchFault): boolean {
  return kind === 'capacity' || kind === 'quota' || kind === 'sku';
}

/** The offering is closed for everybody now, so the next choice is another one, or a wait for one. */
function goOn(failure: LaunchFailure, now: number): LaunchFailure {
  return { ...failure, final: false, retryAt: now, retryInMs: 0 };
}

function outcomeOf(failure: LaunchFailure): LaunchOutcome {
  if (failure.final) return finished(failure);
  return { step: reportOf(failure), requeueAfterMs: Math.max(1, failure.retryInMs) };
}

function foreignFault(pool: AgentPool): LaunchFault {
  return {
    kind: 'exists',
    code: 'PoolNotOwned',
    message: `agent pool ${pool.name} is not this claim's: ${describeOwner(pool)}`,
  };
}
