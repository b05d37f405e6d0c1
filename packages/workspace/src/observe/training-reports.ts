import type { Pod } from '@kaito/kube';
import { steps } from '../render/tuning/names.ts';
import { trainingReport } from '../status/tuning/training-log.ts';
import type { ReportSource, WatchedSource } from './log-reports.ts';

/** The trainer in the pod of a training; undefined before the pod has an identity. */
export function trainerSource({ metadata }: Pod): ReportSource | undefined {
  const { name, namespace, uid } = metadata;
  if (uid === undefined) return undefined;
  return { pod: { name, namespace, uid }, container: steps.trainer, marker: 'kaito.training', keep: asOne };
}

/** What was told once holds until it is told anew. */
function asOne(reports: readonly unknown[]): readonly unknown[] {
  const report = trainingReport(reports);
  return report ? [report] : [];
}

/** Whose reports are read for a training: its trainer's, from when it begins, and again and again for as long as it runs. */
export function trainerSources(pods: readonly Pod[]): readonly WatchedSource[] {
  return pods.flatMap(pod => {
    const state = pod.status?.initContainerStatuses?.find(({ name }) => name === steps.trainer)?.state;
    const source = trainerSource(pod);
    const hasBegun = state?.running !== undefined || state?.terminated !== undefined;
    return source && hasBegun ? [{ ...source, awaited: state.running !== undefined }] : [];
  });
}
