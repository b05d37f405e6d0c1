import type { Pod } from '@kaito/kube';
import type { Observed } from '../observed.ts';
import { needsLogTail } from './log-tail.ts';
import { podTroubles, type ContainerStatus, type PodTrouble, type TroublePlace } from './pod-trouble.ts';
import type { PhaseName } from './startup/phases.ts';
import type { Sign } from './symptoms.ts';
import { momentOf } from './timestamp.ts';

const phaseOf: Readonly<Record<TroublePlace, PhaseName>> = {
  schedule: 'PodScheduled',
  image: 'ImagesPulled',
  container: 'ModelLoaded',
  pod: 'ModelLoaded',
};

/** Which steps come first in the life of a pod. */
const order: readonly TroublePlace[] = ['schedule', 'image', 'container', 'pod'];
/** A program that failed once may have had bad luck. */
const crashesToTell = 2;

/** What pods and those who look after them say, the earliest step first; the logs of a crash before the crash. */
export function podSigns(observed: Observed): readonly Sign[] {
  const troubles = podTroubles(observed.pods);
  const all = [...troubles, ...restarts(observed.pods)].toSorted(
    (a, b) => order.indexOf(a.place) - order.indexOf(b.place),
  );
  const early = all.filter(({ place }) => place === 'schedule' || place === 'image');
  const late = all.filter(({ place }) => place === 'container' || place === 'pod');
  return [
    ...warningSigns(observed),
    ...early.map(troubleSign),
    ...logSigns(observed),
    ...late.map(trouble => ({ ...troubleSign(trouble), lastWords: observed.logTail })),
  ];
}

function troubleSign({ place, code, text, container }: PodTrouble): Sign {
  const ended = container?.lastState?.terminated ?? container?.state?.terminated;
  return { phase: phaseOf[place], symptom: { place, code, text: text || code }, at: momentOf(ended?.finishedAt) };
}

/** Between two crashes a program runs: that it runs does not mean that all is well. */
function restarts(pods: readonly Pod[]): readonly PodTrouble[] {
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? []).filter(isRestarted).map(container => {
        const { reason, exitCode } = container.lastState?.terminated ?? { exitCode: 0 };
        const code = reason === 'OOMKilled' ? reason : 'CrashLoopBackOff';
        const text = `exited with exit code ${exitCode} and was started again`;
        return { place: 'container', reason: code, code, text, pod: metadata.name, container };
      }),
    );
}

function isRestarted({ state, lastState, ready, restartCount }: ContainerStatus): boolean {
  return !ready && state?.running !== undefined && lastState?.terminated !== undefined && restartCount >= crashesToTell;
}

function logSigns(observed: Observed): readonly Sign[] {
  const { logTail } = observed;
  const wrote = needsLogTail(observed);
  if (!logTail || !wrote) return [];
  // What helps a trainer is not what helps a server that says the same.
  return [{ phase: 'ModelLoaded', symptom: { place: 'log', code: wrote.container, text: logTail }, onlyIfKnown: true }];
}

/** What only Events tell, by their reason: pods that could not be made, and what comes before a pod's containers. */
const tellers: ReadonlyMap<string, Pick<Sign, 'phase'> & Pick<Sign['symptom'], 'place'>> = new Map([
  ['FailedCreate', { phase: 'PodScheduled', place: 'api' }],
  ['FailedMount', { phase: 'ImagesPulled', place: 'volume' }],
  ['FailedAttachVolume', { phase: 'ImagesPulled', place: 'volume' }],
  ['FailedCreatePodSandBox', { phase: 'ImagesPulled', place: 'container' }],
]);

function warningSigns({ warnings = [] }: Observed): readonly Sign[] {
  return warnings.flatMap(({ reason: code, message: text }): readonly Sign[] => {
    const known = tellers.get(code);
    return known ? [{ phase: known.phase, symptom: { place: known.place, code, text } }] : [];
  });
}
