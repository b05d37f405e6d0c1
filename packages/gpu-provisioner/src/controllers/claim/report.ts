import { isDeepStrictEqual } from 'node:util';
import { ignoreNotFound, patchMetadata, patchStatus } from '@kaito/kube';
import type { ClaimStatus, Dialect } from '../../claims/claim.ts';
import { nodeLabels } from './claim-labels.ts';
import type { Pass, Services } from './pass.ts';
import { statusOf } from './status.ts';
import type { Findings } from './status.ts';
import { turnsOf } from './turns.ts';

/** A wait that is over within so long is not worth a write: most steps of a launch follow each other faster. */
const PATIENCE_MS = 2000;

/**
 * Writes the status once, and tells of the phases that it finished. What only decorates the claim comes last. A change that only
 * says what is being waited for is written when it has lasted a moment.
 * @returns when to report again, in milliseconds, if nothing happens before
 */
export async function report(pass: Pass, services: Services, findings: Findings): Promise<number | undefined> {
  const { claim, dialect, operation, signal } = pass;
  const { client, clock } = services;
  const status = statusOf(claim, dialect, findings, clock.now());
  if (isDeepStrictEqual(status.conditions, claim.status.conditions) && !findings.node) return undefined;
  const since = (operation.reportedAt ??= clock.monotonic());
  const early = since + PATIENCE_MS - clock.monotonic();
  if (early > 0 && isPassing(claim.status, status, findings)) return early;
  const object = await ignoreNotFound(patchStatus(client, dialect.resource, claim.object, status, { signal }));
  operation.reportedAt = clock.monotonic();
  tell(pass, services, status);
  if (!object || !findings.node) return undefined;
  const change = { labels: nodeLabels(findings.node) };
  await ignoreNotFound(patchMetadata(client, dialect.resource, object, change, { signal }));
  return undefined;
}

/** Whether nothing was gained or lost: all that the pass found is that something is still on its way. */
function isPassing(before: ClaimStatus, after: ClaimStatus, { progress }: Findings): boolean {
  if (Object.values(progress).some(({ state }) => state === 'failed')) return false;
  const { conditions: known = [], ...rest } = before;
  const { conditions = [], ...others } = after;
  return isDeepStrictEqual(rest, others) && conditions.every(isUnmoved);

  function isUnmoved({ type, status }: { readonly type: string; readonly status: string }): boolean {
    const earlier = known.find(condition => condition.type === type);
    return earlier ? earlier.status === status : status !== 'True';
  }
}

function tell({ claim, dialect, pool, logger }: Pass, services: Services, status: ClaimStatus): void {
  const types: Dialect['conditionTypes'] = dialect.conditionTypes;
  for (const { phase, event } of turnsOf(claim, status, types)) {
    services.events.record(claim.object, event);
    services.metrics.reached(phase, claim, services.clock.now());
    logger.info('Claim advanced', { phase, pool, node: status.nodeName, providerID: status.providerID });
  }
}
