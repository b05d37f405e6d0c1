import { configMaps, controllerRevisions, jobs } from '@kaito/kube';
import type { Pod, Resource } from '@kaito/kube';
import { watchedKinds } from '../world/view.ts';
import type { View } from '../world/view.ts';
import type { Step } from './fault.ts';

/** What is watched in rounds with trainings. */
export const tuningKinds: readonly Resource[] = [...watchedKinds, jobs, configMaps, controllerRevisions];

/** What a training has beside its node. */
export const childKinds: readonly Resource[] = [jobs, configMaps, controllerRevisions];

/** The step of a pod that runs now. */
export function runningStep({ status }: Pod): string | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ state }) => state?.running !== undefined)?.name;
}

/** A pod of a training that runs a step, or the one that is named, and is not on its way out. */
export function runningPod(view: View, workspace: string, step?: Step): Pod | undefined {
  return view.pods(workspace).find(pod => {
    const runs = runningStep(pod);
    return pod.metadata.deletionTimestamp === undefined && (step === undefined ? runs !== undefined : runs === step);
  });
}

/** What a training has beside its node, as far as it is there. */
export function childrenOf({ cache }: View, workspace: string): readonly string[] {
  return childKinds.flatMap(kind =>
    cache
      .informer(kind)
      .list()
      .filter(({ metadata: { name } }) => name === workspace || name.startsWith(`${workspace}-`))
      .map(({ metadata }) => `${kind.kind} ${metadata.name}`),
  );
}
