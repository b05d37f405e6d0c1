import type { Pod } from '@kaito/kube';
import { aPod } from '@kaito/testing';
import { podTrouble } from './pod-trouble.ts';

type Status = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<Status['containerStatuses']>[number];

const container = (state: ContainerStatus['state'], lastState: ContainerStatus['lastState'] = {}): Status => ({
  containerStatuses: [
    { name: 'main', image: '', imageID: '', ready: false, restartCount: 0, lastState, ...(state && { state }) },
  ],
});
const waiting = (reason: string, message?: string): Status =>
  container({ waiting: { reason, ...(message && { message }) } });
const unschedulable: Status = {
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }],
};
const pod = (status: Status): Pod => aPod({ status });

describe('podTrouble', () => {
  it.each([
    ['an image that cannot be pulled', waiting('ImagePullBackOff', 'not found'), 'ImagePullError', /not found/],
    ['an invalid image name', waiting('InvalidImageName'), 'ImagePullError', /InvalidImageName/],
    ['a container that cannot start', waiting('CreateContainerConfigError'), 'ContainerStartError', /Config/],
    ['a crashing container', waiting('CrashLoopBackOff', 'back-off 10s'), 'ContainerCrashLoopBackOff', /back-off 10s/],
    [
      'an eviction',
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
      'PodEvicted',
      /low on resource/,
    ],
    ['no node', unschedulable, 'Unschedulable', /0\/3 nodes/],
  ] satisfies readonly (readonly [string, Status, string, RegExp])[])('names %s', (_, status, reason, message) => {
    const trouble = podTrouble([pod(status)]);
    expect(trouble?.reason).toBe(reason);
    expect(trouble?.message).toMatch(/^pod a-pod: /);
    expect(trouble?.message).toMatch(message);
  });

  it('says that memory ran out where the container crashes for it', () => {
    const killed = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    const crashing = container({ waiting: { reason: 'CrashLoopBackOff' } }, killed);
    expect(podTrouble([pod(crashing)])?.reason).toBe('ContainerOOMKilled');
    expect(podTrouble([pod(container({ running: {} }, killed))])).toBeUndefined();
  });

  it('takes the most telling trouble of all pods', () => {
    expect(podTrouble([pod(unschedulable), pod(waiting('ErrImagePull'))])?.reason).toBe('ImagePullError');
  });

  it('sees nothing wrong in a pod that starts, runs or goes', () => {
    const going = aPod({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: unschedulable });
    expect(podTrouble([pod(waiting('ContainerCreating')), pod(container({ running: {} })), going])).toBeUndefined();
  });
});
