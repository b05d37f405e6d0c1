import { systemClock } from '@kaito/kube';
import type { ContainerEnd } from './container-record.ts';
import type { Container, PodSpec, PodStatus } from './pod-parts.ts';
import { podStatus } from './pod-status.ts';
import { PodWorker } from './pod-worker.ts';
import { MissingObjectError } from './objects.ts';
import type { PodRuntime, RunningContainer } from './runtime.ts';

const timings = { backOffMs: { first: 1, most: 5 }, retryMs: 1, probeMs: 1 };
const address = { loopback: '127.100.0.1', podIp: '10.100.0.1' };

/** Containers that end when the test says so, and a log of what was done to them. */
class FakeRuntime implements PodRuntime {
  readonly log: string[] = [];
  /** Names of containers whose probes succeed. */
  readonly healthy = new Set<string>();
  /** Names of containers that do not care for SIGTERM. */
  readonly stubborn = new Set<string>();
  missing = 0;
  readonly #running = new Map<string, (end: Partial<ContainerEnd>) => void>();

  prepare(): void {
    if (this.missing-- > 0) throw new MissingObjectError('configmap "list" not found');
  }

  start({ name }: Container): Promise<RunningContainer> {
    this.log.push(`start ${name}`);
    const { promise, resolve } = Promise.withResolvers<ContainerEnd>();
    const startedAt = new Date().toISOString();
    const settle = (end: Partial<ContainerEnd>): void => {
      if (!this.#running.delete(name)) return;
      const exitCode = end.exitCode ?? 0;
      const reason = end.reason ?? (exitCode === 0 ? 'Completed' : 'Error');
      resolve({ startedAt, finishedAt: startedAt, ...end, exitCode, reason });
    };
    this.#running.set(name, settle);
    const terminate = (): void => {
      this.log.push(`TERM ${name}`);
      if (!this.stubborn.has(name)) settle({ exitCode: 143 });
    };
    const kill = (reason?: 'Error' | 'OOMKilled'): void => {
      this.log.push(`KILL ${name}`);
      settle({ exitCode: 137, ...(reason && { reason }) });
    };
    return Promise.resolve({ startedAt, ended: promise, terminate, kill });
  }

  probe({ name }: Container): Promise<boolean> {
    return Promise.resolve(this.healthy.has(name));
  }

  preStop({ name, lifecycle }: Container): Promise<void> {
    if (lifecycle) this.log.push(`preStop ${name}`);
    return Promise.resolve();
  }

  runs(name: string): boolean {
    return this.#running.has(name);
  }

  end(name: string, exitCode = 0): void {
    this.#running.get(name)?.({ exitCode });
  }
}

/** Waits for what the worker does by itself. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 2_000) throw new Error('it has not come to that');
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

function play(
  spec: PodSpec,
  { before, runtime = new FakeRuntime() }: { before?: PodStatus; runtime?: FakeRuntime } = {},
) {
  const worker = new PodWorker({ spec, before, runtime, timings, clock: systemClock, onChange: () => undefined });
  const status = (): PodStatus => {
    const { records, over } = worker;
    return podStatus(spec, before, { records, over, address, now: '2026-01-01T00:00:00Z' });
  };
  const condition = (type: string): string | undefined => status().conditions?.find(one => one.type === type)?.status;
  return { worker, runtime, status, condition, done: worker.run() };
}

const job: PodSpec = {
  restartPolicy: 'Never',
  initContainers: [{ name: 'one' }, { name: 'two' }],
  containers: [{ name: 'main' }],
};
const probe = { exec: { command: ['true'] }, periodSeconds: 1 };
const server: PodSpec = {
  terminationGracePeriodSeconds: 1,
  initContainers: [
    { name: 'first' },
    { name: 'side', restartPolicy: 'Always', startupProbe: probe, readinessProbe: probe },
  ],
  containers: [{ name: 'main', readinessProbe: probe, lifecycle: { preStop: { sleep: { seconds: 0 } } } }],
};

test('init containers run one after the other, then the containers; the pod succeeds', async () => {
  const { runtime, status, condition, done } = play(job);
  await until(() => runtime.runs('one'));
  expect(status()).toMatchObject({ phase: 'Pending', podIP: '10.100.0.1' });
  expect(status().containerStatuses).toMatchObject([{ state: { waiting: { reason: 'PodInitializing' } } }]);
  expect(condition('Initialized')).toBe('False');
  runtime.end('one');
  await until(() => runtime.runs('two'));
  runtime.end('two');
  await until(() => runtime.runs('main'));
  await until(() => status().phase === 'Running');
  expect([condition('Initialized'), condition('Ready')]).toEqual(['True', 'True']);
  runtime.end('main');
  await done;
  expect(status()).toMatchObject({
    phase: 'Succeeded',
    containerStatuses: [{ state: { terminated: { exitCode: 0 } } }],
  });
  expect(runtime.log).toEqual(['start one', 'start two', 'start main']);
});

test('a step that fails ends a pod that is not to be restarted', async () => {
  const { runtime, status, done } = play(job);
  await until(() => runtime.runs('one'));
  runtime.end('one', 64);
  await done;
  expect(status().phase).toBe('Failed');
  expect(status().initContainerStatuses).toMatchObject([
    { state: { terminated: { exitCode: 64, reason: 'Error' } } },
    { state: { waiting: {} } },
  ]);
  expect(runtime.log).toEqual(['start one']);
});

test('a step is tried again where the pod is to be restarted', async () => {
  const { runtime, worker, status, done } = play({ ...job, restartPolicy: 'OnFailure' });
  await until(() => runtime.runs('one'));
  runtime.end('one', 1);
  await until(() => runtime.log.length === 2 && runtime.runs('one'));
  expect(status().initContainerStatuses).toMatchObject([
    { restartCount: 1, lastState: { terminated: { exitCode: 1 } } },
    {},
  ]);
  worker.kill();
  await done;
  expect(status().phase).toBe('Failed');
});

test('a sidecar gates what follows by its startup probe, counts for readiness, and is restarted when it ends', async () => {
  const { runtime, worker, status, condition, done } = play(server);
  await until(() => runtime.runs('first'));
  runtime.end('first');
  await until(() => runtime.runs('side'));
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(runtime.runs('main')).toBe(false);
  runtime.healthy.add('side').add('main');
  await until(() => condition('Ready') === 'True');
  runtime.end('side', 0);
  await until(() => runtime.log.filter(line => line === 'start side').length === 2);
  await until(() => condition('Ready') === 'True');
  expect(status().initContainerStatuses).toMatchObject([{}, { restartCount: 1, started: true, ready: true }]);
  runtime.end('main', 1);
  await until(() => status().containerStatuses?.[0]?.restartCount === 1 && runtime.runs('main'));
  expect(status().phase).toBe('Running');
  await worker.stop(1);
  await done;
  const ends = runtime.log.slice(-3);
  expect(ends).toEqual(['preStop main', 'TERM main', 'TERM side']);
  expect(status().phase).toBe('Failed');
});

test('what does not end in time is killed', async () => {
  const { runtime, worker, done } = play({ ...job, initContainers: [] });
  runtime.stubborn.add('main');
  await until(() => runtime.runs('main'));
  await Promise.all([worker.stop(0.02), worker.stop(0.02), worker.stop(5)]);
  await done;
  expect(runtime.log).toEqual(['start main', 'TERM main', 'KILL main']);
});

test('memory that ran out is the reason, and a container that does not run cannot be killed', async () => {
  const { runtime, worker, status, done } = play({ ...job, initContainers: [] });
  await until(() => status().phase === 'Running');
  expect(() => worker.killContainer('other')).toThrow('there is no container other: it is one of main');
  worker.killContainer('main', 'OOMKilled');
  await done;
  expect(status()).toMatchObject({
    phase: 'Failed',
    containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }],
  });
  expect(() => worker.killContainer('main')).toThrow('nothing runs to be killed');
  expect(runtime.log).toEqual(['start main', 'KILL main']);
});

test('it waits for volumes, and gives up when the pod goes', async () => {
  const runtime = new FakeRuntime();
  runtime.missing = 5;
  const { done, status } = play({ ...job, initContainers: [] }, { runtime });
  await until(() => runtime.runs('main'));
  runtime.end('main');
  await done;
  expect(status().phase).toBe('Succeeded');
  const never = new FakeRuntime();
  never.missing = Infinity;
  const waiting = play(job, { runtime: never });
  await waiting.worker.stop(0);
  await waiting.done;
  expect([never.log, waiting.status().phase]).toEqual([[], 'Failed']);
});

test('what ran on a node that went down has failed, or starts anew', async () => {
  const before: PodStatus = {
    containerStatuses: [
      {
        name: 'main',
        image: '',
        imageID: '',
        ready: true,
        restartCount: 2,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      },
    ],
  };
  const lost = play({ ...job, initContainers: [] }, { before });
  await lost.done;
  expect(lost.runtime.log).toEqual([]);
  expect(lost.status()).toMatchObject({
    phase: 'Failed',
    containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } } }],
  });
  const anew = play({ containers: [{ name: 'main' }] }, { before });
  await until(() => anew.runtime.runs('main'));
  await until(() => anew.status().phase === 'Running');
  expect(anew.status().containerStatuses).toMatchObject([{ restartCount: 3 }]);
  anew.worker.kill();
  await anew.done;
});
