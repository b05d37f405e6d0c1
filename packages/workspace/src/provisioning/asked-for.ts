import type { StatefulSet } from '@kaito/kube';

/** Values of a node label that would do for the pods of a workload; none where they do not ask. */
export function askedFor(workload: StatefulSet | undefined, label: string): readonly string[] {
  const pod = workload?.spec?.template.spec;
  const terms = pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const selected = pod?.nodeSelector?.[label];
  const expressions = terms.flatMap(term => term.matchExpressions ?? []);
  return [
    ...(selected === undefined ? [] : [selected]),
    ...expressions.flatMap(({ key, operator, values }) => (key === label && operator === 'In' ? (values ?? []) : [])),
  ];
}
