import type { Pod } from '@kaito/kube';
import { aPod } from '@kaito/testing';
import { needsLogTail } from './log-tail.ts';
import { describeTrouble, podTroubles, type ContainerStatus } from './pod-trouble.ts';

type Status = NonNullable<Pod['status']>;
type State = ContainerStatus['state'];

function container(state: State, lastState: State = {}, restartCount = 0): Status {
  const base = { name: 'main', image: '', imageID: '', ready: false, restartCount };
  return { containerStatuses: [{ ...base, lastState, ...(state && { state }) }] };
}
const waiting = (reason: string, message?: string): Status =>
  container({ waiting: { reason, ...(message && { message }) } });
const evicted = (message: string): Status => ({ phase: 'Failed', reason: 'Evicted', message });
const unplaced = (reason: string): Status => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason, message: '0/3 nodes are available' }],
});
const pod = (status: Status, name = 'a-pod'): Pod => aPod({ metadata: { name, uid: name }, status });
const killed = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
const failed = { terminated: { exitCode: 1, reason: 'Error' } };
const running = { running: { startedAt: '2026-11-22T12:00:00Z' } };
const crashing = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } };

describe('podTroubles', () => {
  it.each([
    ['an image that cannot be pulled', waiting('ImagePullBackOff', 'not found'), 'ImagePullError', /not found/],
    ['an invalid image name', waiting('InvalidImageName'), 'ImagePullError', /InvalidImageName/],
    ['a container that cannot start', waiting('CreateContainerConfigError'), 'ContainerStartError', /Config/],
    ['a crashing container', container(crashing, failed), 'ContainerCrashLoopBackOff', /exit code 1; back-off 10s/],
    ['an eviction for memory', evicted('The node was low on resource: memory.'), 'NodeMemoryPressure', /memory/],
    ['an eviction for disk', evicted('low on resource: ephemeral-storage'), 'NodeDiskPressure', /ephemeral/],
    ['another eviction', evicted('Preempted'), 'PodEvicted', /Preempted/],
    ['no node', unplaced('Unschedulable'), 'Unschedulable', /0\/3 nodes/],
    ['a gate', unplaced('SchedulingGated'), 'Unschedulable', /SchedulingGated/],
    ['lack of memory', container(crashing, killed), 'ContainerOOMKilled', /memory/],
  ])('names %s', (_, status, reason, message) => {
    const [trouble] = podTroubles([pod(status)]);
    expect(trouble?.reason).toBe(reason);
    expect(trouble && describeTrouble(trouble)).toMatch(/^pod a-pod: /);
    expect(trouble && describeTrouble(trouble)).toMatch(message);
  });

  it('names the most telling trouble of all pods first', () => {
    const found = podTroubles([pod(unplaced('Unschedulable'), 'a'), pod(waiting('ErrImagePull'), 'b')]);
    expect(found.map(({ reason }) => reason)).toEqual(['ImagePullError', 'Unschedulable']);
  });

  it('sees nothing wrong in a pod that starts, runs or goes', () => {
    const going = aPod({
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: unplaced('Unschedulable'),
    });
    const starts = pod(waiting('ContainerCreating'));
    expect(podTroubles([starts, pod(container(running)), pod(container(running, killed)), going])).toEqual([]);
  });
});

describe('needsLogTail', () => {
  it.each<[string, Status, boolean | undefined]>([
    ['the run that failed, while the next is waited for', container(crashing, failed, 3), true],
    ['the run that failed just now', container(failed, {}, 3), false],
    ['the run that failed, while the next is not ready yet', container(running, failed, 3), true],
    ['nothing of a first run', container(running), undefined],
    ['nothing of a container that was killed for memory', container(crashing, killed, 3), undefined],
    ['nothing of an image that is not there', waiting('ImagePullBackOff'), undefined],
    ['nothing of a program that ended as it should', container({ terminated: { exitCode: 0 } }), undefined],
  ])('asks for %s', (_, status, previous) => {
    const request = { pod: 'a-pod', container: 'main', previous, key: 'a-pod/main/3' };
    expect(needsLogTail({ pods: [pod(status)] })).toEqual(previous === undefined ? undefined : request);
  });

  it('asks anew only when the container was started again', () => {
    const keys = [3, 3, 4].map(restarts => needsLogTail({ pods: [pod(container(crashing, failed, restarts))] })?.key);
    expect(keys).toEqual(['a-pod/main/3', 'a-pod/main/3', 'a-pod/main/4']);
  });

  it('asks about the same pod whatever the order of the cache', () => {
    const pods = ['b', 'a'].map(name => pod(container(crashing, failed, 1), name));
    expect(needsLogTail({ pods })?.pod).toBe('a');
    expect(needsLogTail({ pods: pods.toReversed() })?.pod).toBe('a');
  });
});
