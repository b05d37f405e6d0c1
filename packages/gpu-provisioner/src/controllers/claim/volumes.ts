import { nodeClaimReasons } from '@kaito/crds';
import { ignoreNotFound, persistentVolumeClaims } from '@kaito/kube';
import type { Client, Pod, VolumeAttachment } from '@kaito/kube';
import type { Step } from '../../claims/claim.ts';
import { isDrainable } from './drain.ts';
import { named } from './eviction.ts';
import type { Services } from './pass.ts';
import type { Teardown } from './teardown.ts';

/** Where the detachment of volumes stands after a pass. */
export interface VolumesOutcome {
  /** `done` when nothing is attached that has to go, `failed` when the wait is over all the same. */
  readonly step: Extract<Step, { state: 'done' | 'waiting' | 'failed' }>;
  /** When to look again even if nothing changes, in milliseconds; undefined unless it waits. */
  readonly requeueAfterMs?: number;
}

const RECHECK_MS = 10_000;

/**
 * Waits until the volumes of the pods that left are detached, so that they can be attached elsewhere: a machine that goes
 * first leaves them attached for minutes. Kubernetes detaches them; nothing is written here. Volumes of pods that stay with
 * the node do not count, and after the claim's grace period none does.
 * @throws ApiError when a claim for a volume cannot be read
 */
export async function awaitVolumes(
  target: Teardown,
  { client, clock, events }: Pick<Services, 'client' | 'clock' | 'events'>,
): Promise<VolumesOutcome> {
  const now = clock.now();
  const attached = target.nodes.flatMap(({ metadata }) => target.attachmentsOn(metadata.name)).filter(volumeOf);
  if (attached.length === 0) return { step: { state: 'done' } };
  const staying = target.nodes
    .flatMap(({ metadata }) => target.podsOn(metadata.name))
    .filter(pod => !isDrainable(pod, now));
  const kept = await volumesUsedBy(staying, client, target.signal);
  const left = attached
    .map(volumeOf)
    .filter(volume => volume !== undefined)
    .filter(volume => !kept.has(volume));
  if (left.length === 0) return { step: { state: 'done' } };
  const volumes = named(left);
  if (target.deadline !== undefined && now >= target.deadline) return { step: elapsed(volumes) };
  const message = `waiting until volumes are detached: ${volumes}`;
  events.record(target.subject, { type: 'Normal', reason: 'AwaitingVolumeDetachment', message });
  target.logger.debug('Volumes are still attached', { volumes: left });
  return {
    step: { state: 'waiting', reason: nodeClaimReasons.awaitingVolumeDetachment, message },
    requeueAfterMs: Math.min(RECHECK_MS, (target.deadline ?? Infinity) - now),
  };
}

function elapsed(volumes: string): VolumesOutcome['step'] {
  const message = `the termination grace period is over; still attached: ${volumes}`;
  return { state: 'failed', reason: nodeClaimReasons.terminationGracePeriodElapsed, message };
}

/** The persistent volume that is attached; undefined for one that a pod defines in place, which goes with the pod. */
function volumeOf({ spec }: VolumeAttachment): string | undefined {
  return spec.source.persistentVolumeName;
}

async function volumesUsedBy(
  pods: readonly Pod[],
  client: Client,
  signal: AbortSignal,
): Promise<ReadonlySet<string | undefined>> {
  const keys = pods.flatMap(claimsOf);
  const claims = await Promise.all(
    keys.map(key => ignoreNotFound(client.get(persistentVolumeClaims, key, { signal }))),
  );
  return new Set(claims.map(claim => claim?.spec?.volumeName));
}

/** The PersistentVolumeClaims of a pod; that of an ephemeral volume is named after both (Kubernetes docs, ephemeral volumes). */
function claimsOf({
  metadata,
  spec,
}: Pod): readonly { readonly name: string; readonly namespace: string | undefined }[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral ? `${metadata.name}-${name}` : undefined);
    return claim === undefined ? [] : [{ name: claim, namespace: metadata.namespace }];
  });
}
