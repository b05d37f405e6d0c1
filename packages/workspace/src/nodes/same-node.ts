import { annotations } from '@kaito/crds';
import { canonicalJson, type Node } from '@kaito/kube';

/** Compares what any workspace needs to know about a node; a heartbeat, for one, changes nothing. */
export function sameNode(a: Node, b: Node): boolean {
  return a === b || canonicalJson(facts(a)) === canonicalJson(facts(b));
}

function facts({ metadata, spec, status }: Node): unknown {
  return {
    labels: metadata.labels ?? {},
    annotations: metadata.annotations?.[annotations.reservedBy] ?? '',
    deleting: metadata.deletionTimestamp !== undefined,
    taints: spec?.taints ?? [],
    unschedulable: spec?.unschedulable === true,
    allocatable: status?.allocatable ?? {},
    conditions: (status?.conditions ?? []).map(condition => [condition.type, condition.status]),
  };
}
