import { ignoreNotFound, type Client, type KubeObject, type RecordedEvent, type Resource } from '@kaito/kube';
import type { RolloutDecision } from '../revisions/rollout.ts';

/** A workload that stands in the way of another, and how that is told. */
export interface Replaced {
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly reason: string;
  readonly message: string;
}

/** Deletes what stands in the way; that it is gone is seen by the watch, and the next pass makes the new one. */
export async function replaceWorkload(
  { resource, object, reason, message }: Replaced,
  {
    client,
    signal,
    tell,
  }: { readonly client: Client; readonly signal: AbortSignal; readonly tell: (event: RecordedEvent) => void },
): Promise<RolloutDecision> {
  const { name, namespace, uid, deletionTimestamp } = object.metadata;
  if (!deletionTimestamp) {
    // In the foreground: its pods hold the GPUs that the new ones need.
    const options = { signal, uid, propagationPolicy: 'Foreground' as const };
    await ignoreNotFound(client.delete(resource, { name, namespace }, options));
    tell({ type: 'Normal', reason, message });
  }
  return { go: false, kind: 'rollout', reason, message };
}
