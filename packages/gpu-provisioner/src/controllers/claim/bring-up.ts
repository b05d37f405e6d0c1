import { finalizers } from '@kaito/crds';
import { ignoreNotFound, patchMetadata, patchStatus } from '@kaito/kube';
import type { Result } from '@kaito/kube';
import type { ClaimObject } from '../../claims/claim.ts';
import { launchLabels, nodeLabels } from './claim-labels.ts';
import { launch } from './launch.ts';
import { matchNode } from './node-match.ts';
import { isHeld } from './observed-nodes.ts';
import type { Pass, Services } from './pass.ts';
import { requestOf } from './request.ts';
import type { RequestVerdict } from './request.ts';
import { seeIn } from './see-in.ts';
import { statusOf } from './status.ts';
import type { Findings } from './status.ts';
import { turnsOf } from './turns.ts';

/** Brings a living claim as far as one pass can: launched, registered, initialized; then reports once what was found. */
export async function bringUp(observed: Pass, services: Services): Promise<Result | void> {
  const match = matchNode(observed.claim, observed.nodes, poolIsOurs(observed));
  if (match.found === 'one' && match.node.metadata.deletionTimestamp && isHeld(match.node)) {
    return await followNode(observed, services);
  }
  const verdict = requestOf(observed.claim, services.instanceTypes);
  const object = await prepare(observed, services, verdict);
  if (object === undefined) return undefined;
  const pass = { ...observed, claim: observed.dialect.view(object) };
  const joined = match.found !== 'none';
  if (joined) settle(pass, services);
  const { step: launched, requeueAfterMs } = await launch(pass, services, { joined, verdict });
  const { node, registered, initialized } = await seeIn(pass, services, launched, match);
  await report(pass, services, { progress: { launched, registered, initialized }, node });
  return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
}

function poolIsOurs({ sighting }: Pass): boolean {
  return sighting.state === 'ours' || sighting.state === 'accepted';
}

/** Whoever deletes the node means the machine: the claim goes with it, and takes both down. */
async function followNode({ claim, dialect, signal, logger }: Pass, { client }: Services): Promise<void> {
  await ignoreNotFound(client.delete(dialect.resource, { name: claim.name }, { uid: claim.uid, signal }));
  logger.info('Claim deleted with its node');
}

/** The machine is there: no LIST has to look for it, and earlier failures are history. */
function settle({ pool, operation }: Pass, { poller }: Services): void {
  operation.failure = undefined;
  poller.settle(pool);
}

/**
 * Writes our finalizer on the claim before anything is done for it, so that no pool is ever without somebody who takes it
 * down, and in the same write the labels that the launch decides.
 * @returns the claim as it is now; undefined when it is gone
 */
async function prepare(
  { claim, dialect, signal }: Pass,
  { client, instanceTypes }: Services,
  verdict: RequestVerdict,
): Promise<ClaimObject | undefined> {
  const launching = verdict.ok && instanceTypes.settled && !claim.status.providerID;
  const change = {
    finalizers: [...new Set([...claim.finalizers, finalizers.termination])],
    labels: launching ? launchLabels(claim, dialect, verdict.request) : {},
  };
  return await ignoreNotFound(patchMetadata(client, dialect.resource, claim.object, change, { signal }));
}

/** Writes the status once, and tells of the phases that it finished. What only decorates the claim comes last. */
async function report(pass: Pass, services: Services, findings: Findings): Promise<void> {
  const { claim, dialect, pool, signal, logger } = pass;
  const now = services.clock.now();
  const status = statusOf(claim, dialect, findings, now);
  const { client } = services;
  const object = await ignoreNotFound(patchStatus(client, dialect.resource, claim.object, status, { signal }));
  for (const { phase, event } of turnsOf(claim, status, dialect.conditionTypes)) {
    services.events.record(claim.object, event);
    services.metrics.reached(phase, claim, now);
    logger.info('Claim advanced', { phase, pool, node: status.nodeName, providerID: status.providerID });
  }
  if (!object || !findings.node) return;
  const labels = nodeLabels(findings.node);
  await ignoreNotFound(patchMetadata(client, dialect.resource, object, { labels }, { signal }));
}
