import { canonicalJson, type StatefulSet } from '@kaito/kube';

/**
 * The fields of a StatefulSet that the API server lets nobody change (Kubernetes, validation of StatefulSet updates), and that differ.
 * The workload has to be made anew then. Defaults that the API server filled in are no difference.
 */
export function changedImmutableFields(live: StatefulSet, desired: StatefulSet): readonly string[] {
  const { spec: is } = live;
  const { spec: wanted } = desired;
  const differs: Readonly<Record<string, boolean>> = {
    selector: canonicalJson(is?.selector) !== canonicalJson(wanted?.selector),
    serviceName: (is?.serviceName ?? '') !== (wanted?.serviceName ?? ''),
    podManagementPolicy: (is?.podManagementPolicy ?? '') !== (wanted?.podManagementPolicy ?? 'OrderedReady'),
    volumeClaimTemplates: canonicalJson(claimsOf(live)) !== canonicalJson(claimsOf(desired)),
  };
  return Object.keys(differs).filter(field => differs[field]);
}

/** What of the volume claims was asked for, without what the API server adds. */
function claimsOf({ spec }: StatefulSet): readonly unknown[] {
  return (spec?.volumeClaimTemplates ?? []).map(({ metadata, spec: claim }) => ({
    name: metadata?.name,
    accessModes: claim?.accessModes,
    storageClassName: claim?.storageClassName,
    requests: claim?.resources?.requests,
  }));
}
