import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { eventually, useStack } from '@kaito/testing';
import { applyIfChanged } from './apply/apply-if-changed.ts';
import { ensureFinalizer, removeFinalizer } from './apply/finalizers.ts';
import { patchMetadata } from './apply/patch-metadata.ts';
import { patchStatus } from './apply/patch-status.ts';
import { Cache } from './cache/cache.ts';
import type { InformerEvent } from './cache/informer.ts';
import { ApiError } from './client/api-error.ts';
import { configMaps, deployments, leases, podDisruptionBudgets, pods } from './client/builtin-resources.ts';
import type { ConfigMap, Deployment, Pod } from './client/builtin-resources.ts';
import type { Client } from './client/client.ts';
import { connect } from './client/connect.ts';
import { keyOf } from './client/object.ts';
import { systemClock } from './clock/clock.ts';
import { EventRecorder } from './events/event-recorder.ts';
import { MemoryLogger } from './fixtures/memory-logger.ts';
import { LeaderElector } from './leader/leader-elector.ts';
import { createMetrics } from './metrics/metrics.ts';

const stack = useStack({
  kwok: false,
  emulator: false,
  controllerManager: false,
  provisioner: false,
  workspace: false,
});

const namespace = 'default';
let client: Client;
let stop: AbortController;
let logger: MemoryLogger;
let metrics: ReturnType<typeof createMetrics>;

beforeEach(() => {
  stop = new AbortController();
  logger = new MemoryLogger();
  metrics = createMetrics({ processMetrics: false });
  client = connect({ kubeconfig: stack().kubeconfig, userAgent: 'kaito-kube-test', metrics });
});

afterEach(async () => {
  stop.abort();
  await client.close();
});

/** A started cache over this test's client. */
function startCache(): Cache {
  const cache = new Cache({ client, logger, metrics });
  void cache.start(stop.signal);
  return cache;
}

function configMap(name: string, labels: Record<string, string> = {}, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data };
}

/** How many requests with this method were answered. */
async function sent(method: string): Promise<number> {
  const lines = (await metrics.text()).split('\n').filter(line => line.includes(`method="${method}"`));
  return lines
    .filter(line => line.startsWith('rest_client_requests_total'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const podTemplate = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

function deployment(name: string): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 1, selector: { matchLabels: { app: 'x' } }, template: podTemplate },
  };
}

describe('the client', () => {
  test('gives the server’s reasons', async () => {
    await client.create(configMaps, configMap('reasons'));
    await expect(client.create(configMaps, configMap('reasons'))).rejects.toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
    });
    await expect(client.get(configMaps, { name: 'none', namespace })).rejects.toMatchObject({
      code: 404,
      reason: 'NotFound',
    });
    await expect(client.create(configMaps, configMap('Not_A_Name'))).rejects.toMatchObject({
      code: 422,
      causes: [expect.objectContaining({ field: 'metadata.name' })],
    });
    await expect(client.delete(configMaps, { name: 'reasons', namespace }, { uid: 'another' })).rejects.toMatchObject({
      code: 409,
      reason: 'Conflict',
    });
    await client.delete(configMaps, { name: 'reasons', namespace });
  });

  test('speaks to the server’s health and version', async () => {
    await expect(client.raw('GET', '/readyz')).resolves.toBe('ok');
    await expect(client.raw('GET', '/version')).resolves.toMatchObject({ major: '1' });
  });

  test('lists page by page what a streaming list gives at once', async () => {
    const labels = { test: 'pages' };
    await Promise.all(
      Array.from({ length: 120 }, (_, index) => client.create(configMaps, configMap(`page-${index}`, labels))),
    );
    const { items, resourceVersion } = await client.list(configMaps, {
      namespace,
      labelSelector: 'test=pages',
      limit: 50,
    });
    const streamed: ConfigMap[] = [];
    for await (const event of client.watch(configMaps, {
      namespace,
      labelSelector: 'test=pages',
      sendInitialEvents: true,
    })) {
      if (event.type !== 'BOOKMARK') streamed.push(event.object);
      else if (event.initialEventsEnd) break;
    }
    expect(items).toHaveLength(120);
    expect(new Set(streamed.map(keyOf))).toEqual(new Set(items.map(keyOf)));
    expect(streamed.find(({ metadata }) => metadata.name === 'page-7')).toEqual(
      items.find(({ metadata }) => metadata.name === 'page-7'),
    );
    expect(Number(resourceVersion)).toBeGreaterThan(0);
  });

  test('hundreds of calls at once share few connections and all succeed', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `burst-${index}`);
    const made = await Promise.all(
      names.map(name => client.apply(configMaps, configMap(name), { fieldManager: 'test', force: true })),
    );
    expect(new Set(made.map(({ metadata }) => metadata.uid)).size).toBe(400);
  });

  test('evicts a pod, unless a disruption budget forbids it', async () => {
    const pod = (name: string): Pod => ({
      metadata: { name, namespace, labels: { app: name } },
      spec: podTemplate.spec,
    });
    const ready = {
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    };
    for (const name of ['free', 'guarded']) {
      await client.create(pods, pod(name));
      await client.patch(pods, { name, namespace }, ready, { subresource: 'status' });
    }
    await client.create(podDisruptionBudgets, {
      metadata: { name: 'guard', namespace },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'guarded' } } },
    });
    await client.evict({ name: 'free', namespace }, { gracePeriodSeconds: 0 });
    await expect(client.get(pods, { name: 'free', namespace })).rejects.toMatchObject({ code: 404 });
    await expect(client.evict({ name: 'guarded', namespace })).rejects.toMatchObject({
      name: 'ApiError',
      code: 429,
      reason: 'TooManyRequests',
    });
    await expect(client.evict({ name: 'none', namespace })).rejects.toMatchObject({ code: 404 });
  });
});

const versionOf = ({ metadata }: ConfigMap): string => `${metadata.name}@${metadata.resourceVersion}`;

describe('the cache', () => {
  test('shows each own write at once, each version once, and ends equal to the server', async () => {
    const cache = startCache();
    const informer = cache.informer(configMaps, { namespace, labelSelector: 'test=own' });
    const seen: InformerEvent<ConfigMap>[] = [];
    informer.onEvent(event => seen.push(event));
    await cache.synced();
    const stale: string[] = [];
    const check = (object: ConfigMap): void => {
      const cached = informer.get(keyOf(object));
      if (Number(cached?.metadata.resourceVersion ?? 0) < Number(object.metadata.resourceVersion))
        stale.push(keyOf(object));
    };
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const name = `own-${index}`;
        check(await cache.client.create(configMaps, configMap(name, { test: 'own' })));
        for (const step of ['1', '2', '3']) {
          check(await cache.client.patch(configMaps, { name, namespace }, { data: { step } }));
        }
        if (index % 2 === 0) await cache.client.delete(configMaps, { name, namespace });
      }),
    );
    expect(stale).toEqual([]);
    await eventually(() => expect(informer.list()).toHaveLength(25));
    const { items } = await client.list(configMaps, { namespace, labelSelector: 'test=own' });
    expect(new Set(informer.list().map(versionOf))).toEqual(new Set(items.map(versionOf)));
    const told = seen.filter(({ type }) => type !== 'deleted').map(({ object }) => versionOf(object));
    expect(new Set(told).size).toBe(told.length);
  });

  test('follows an object out of a selection, and a delete and create of one name', async () => {
    const cache = startCache();
    const informer = cache.informer(configMaps, { namespace, labelSelector: 'test=moves' });
    await cache.synced();
    const first = await cache.client.create(configMaps, configMap('moves', { test: 'moves' }));
    await client.delete(configMaps, first.metadata);
    const second = await cache.client.create(configMaps, configMap('moves', { test: 'moves' }));
    expect(informer.get(keyOf(second))?.metadata.uid).toBe(second.metadata.uid);
    await cache.client.patch(configMaps, second.metadata, { metadata: { labels: { test: 'gone' } } });
    await eventually(() => expect(informer.get(keyOf(second))).toBeUndefined());
  });
});

describe('writing', () => {
  test('a status that is written from an old version is a conflict', async () => {
    const made = await client.create(deployments, deployment('stale'));
    const newer = await patchStatus(client, deployments, made, { replicas: 1, observedGeneration: 1 });
    expect(newer.status).toEqual({ replicas: 1, observedGeneration: 1 });
    await expect(patchStatus(client, deployments, made, { replicas: 2 })).rejects.toMatchObject({
      code: 409,
      reason: 'Conflict',
    });
    const again = await patchStatus(client, deployments, newer, { observedGeneration: 1 });
    expect(again.status).toEqual({ observedGeneration: 1 });
  });

  test('metadata of an object that was replaced by another is a conflict', async () => {
    const first = await client.create(configMaps, configMap('replaced'));
    await client.delete(configMaps, first.metadata);
    await client.create(configMaps, configMap('replaced'));
    await expect(patchMetadata(client, configMaps, first, { labels: { a: 'b' } })).rejects.toMatchObject({ code: 409 });
  });

  test('labels are written over a newer version, lists are not', async () => {
    const old = await client.create(configMaps, configMap('newer'));
    await client.patch(configMaps, old.metadata, { data: { x: '1' } });
    await expect(patchMetadata(client, configMaps, old, { labels: { a: 'b' } })).resolves.toMatchObject({
      data: { x: '1' },
    });
    await expect(ensureFinalizer(client, configMaps, old, 'kaito.sh/test')).rejects.toMatchObject({ code: 409 });
  });

  test('a finalizer holds an object until it is removed', async () => {
    const made = await client.create(configMaps, configMap('held'));
    const held = await ensureFinalizer(client, configMaps, made, 'kaito.sh/test');
    await client.delete(configMaps, made.metadata);
    const going = await client.get(configMaps, made.metadata);
    expect(going.metadata.deletionTimestamp).toBeDefined();
    await expect(ensureFinalizer(client, configMaps, going, 'kaito.sh/other')).resolves.toBeUndefined();
    expect(held?.metadata.finalizers).toEqual(['kaito.sh/test']);
    await removeFinalizer(client, configMaps, going, 'kaito.sh/test');
    await expect(client.get(configMaps, made.metadata)).rejects.toMatchObject({ code: 404 });
  });

  test('applying what is there costs no request; what is no longer wanted goes', async () => {
    const cache = startCache();
    const informer = cache.informer(deployments, { namespace });
    await cache.synced();
    const options = { fieldManager: 'kaito-test' };
    const wanted = { ...deployment('applied'), metadata: { name: 'applied', namespace, labels: { a: '1', b: '2' } } };
    const first = await applyIfChanged(cache.client, informer, deployments, wanted, options);
    expect(first.changed).toBe(true);
    const before = await sent('PATCH');
    for (let pass = 0; pass < 5; pass++) {
      const again = await applyIfChanged(cache.client, informer, deployments, wanted, options);
      expect(again.changed).toBe(false);
    }
    expect(await sent('PATCH')).toBe(before);

    const less = { ...deployment('applied'), metadata: { name: 'applied', namespace, labels: { a: '1' } } };
    const { object } = await applyIfChanged(cache.client, informer, deployments, less, options);
    expect(object.metadata.labels).toEqual({ a: '1' });

    await client.patch(deployments, object.metadata, { spec: { replicas: 7 } });
    await eventually(() => expect(informer.get(keyOf(object))?.spec?.replicas).toBe(7));
    const restored = await applyIfChanged(cache.client, informer, deployments, less, options);
    expect(restored).toMatchObject({ changed: true, object: { spec: { replicas: 1 } } });
  });

  test('what a predecessor wrote goes with the first apply where it is not wanted, and what others wrote stays', async () => {
    const made = configMap('succeeded', {}, { kept: 'old', dropped: 'old' });
    await client.create(configMaps, made, { fieldManager: 'predecessor' });
    await client.patch(configMaps, made.metadata, { data: { users: 'own' } }, { fieldManager: 'kubectl-edit' });
    const cache = startCache();
    const informer = cache.informer(configMaps);
    await cache.synced();
    const options = { fieldManager: 'test', predecessors: ['predecessor'] };
    const { object } = await applyIfChanged(
      client,
      informer,
      configMaps,
      configMap('succeeded', {}, { kept: 'new' }),
      options,
    );
    expect(object.data).toEqual({ kept: 'new', users: 'own' });
    const { object: next } = await applyIfChanged(client, informer, configMaps, configMap('succeeded'), options);
    expect(next.data).toEqual({ users: 'own' });
  });

  test('events are shown by kubectl describe, and repeats raise the count', async () => {
    let now = Date.now();
    const clock = { ...systemClock, now: () => now };
    const events = new EventRecorder({ client, component: 'kaito-test', logger, clock });
    const object = await client.create(configMaps, configMap('evented'));
    const event = { type: 'Warning', reason: 'LaunchFailed', message: 'There is no quota left' } as const;
    events.record(object, event);
    now += 150_000;
    events.record(object, event);
    await events.flush();
    expect(logger.lines).toEqual([]);
    const described = await stack().kubectl('describe', 'configmap', 'evented');
    expect(described).toMatch(/Warning\s+LaunchFailed\s+.*\(x2 over .*kaito-test\s+There is no quota left/);
  });
});

describe('two electors', () => {
  const timings = { leaseDurationMs: 2_000, renewDeadlineMs: 1_500, retryPeriodMs: 200 };

  function elector(identity: string, leaseName: string): LeaderElector {
    const { random } = Math;
    const options = { leaseName, namespace, identity, timings, clock: systemClock, random, logger, metrics };
    return new LeaderElector({ ...options, client });
  }

  test('lead one after the other: at once when it is given back, later when the leader dies', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(name => elector(name, 'handover'));
    if (!a || !b || !c) throw new Error('there are three');
    await a.acquire(stop.signal);
    const second = b.acquire(stop.signal);
    await a.release();
    await second;
    const lease = await client.get(leases, { name: 'handover', namespace });
    expect(lease.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });

    // Somebody takes the lease away, as after a long pause of b's machine.
    await client.patch(leases, lease.metadata, { spec: { holderIdentity: 'dead', leaseDurationSeconds: 1 } });
    await eventually(() => expect(b.lost.aborted).toBe(true));
    await c.acquire(stop.signal);
    expect((await client.get(leases, lease.metadata)).spec?.holderIdentity).toBe('c');
    await Promise.all([b.release(), c.release()]);
    expect((await client.get(leases, lease.metadata)).spec?.holderIdentity).toBe('');
  });

  test('of many that begin together one leads', async () => {
    const electors = ['a', 'b', 'c', 'd'].map(name => elector(name, 'race'));
    const leaders: number[] = [];
    const waiting = electors.map(async (candidate, index) => {
      await candidate.acquire(stop.signal);
      leaders.push(index);
    });
    await Promise.race(waiting);
    await eventually(async () => {
      const { spec } = await client.get(leases, { name: 'race', namespace });
      // It has been renewed since, while the others tried.
      expect(spec?.renewTime).not.toBe(spec?.acquireTime);
    });
    expect(leaders).toHaveLength(1);
    stop.abort(new Error('enough'));
    await Promise.allSettled(waiting);
    await Promise.all(electors.map(candidate => candidate.release()));
  });
});

describe('a restart of the API server', () => {
  let replacement: ReturnType<typeof spawn> | undefined;

  afterAll(async () => {
    replacement?.kill('SIGKILL');
    await eventually(() => {
      if (isRunning(replacement)) throw new Error('the second API server is still there');
    });
  });

  function isRunning(child: typeof replacement): boolean {
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Kills the API server without warning, and waits until it is gone. Returns the way to start it again as it was. */
  async function killApiServer(): Promise<() => void> {
    const server = stack()
      .processes()
      .find(({ name }) => name === 'kube-apiserver');
    if (!server) throw new Error('there is no API server');
    const [command = '', ...args] = readFileSync(`/proc/${server.pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    process.kill(server.pid, 'SIGKILL');
    await eventually(() =>
      expect(
        stack()
          .processes()
          .map(({ pid }) => pid),
      ).not.toContain(server.pid),
    );
    return () => {
      replacement = spawn(command, args, { stdio: 'ignore' });
    };
  }

  test('in the middle of a watch loses no event', async () => {
    const cache = startCache();
    const informer = cache.informer(configMaps, { namespace, labelSelector: 'test=restart' });
    const seen: InformerEvent<ConfigMap>[] = [];
    informer.onEvent(event => seen.push(event));
    await cache.synced();
    const labels = { test: 'restart' };
    for (const name of ['stays', 'changes', 'goes']) await client.create(configMaps, configMap(name, labels));
    await eventually(() => expect(informer.list()).toHaveLength(3));

    const startAgain = await killApiServer();
    await expect(client.get(configMaps, { name: 'stays', namespace })).rejects.toBeInstanceOf(ApiError);
    startAgain();
    // These happen while the watch waits to connect again, or just after.
    await eventually(() => client.raw('GET', '/readyz'), { timeoutMs: 60_000 });
    const other = connect({ kubeconfig: stack().kubeconfig, userAgent: 'kaito-kube-test-other' });
    await other.patch(configMaps, { name: 'changes', namespace }, { data: { x: '1' } });
    await other.delete(configMaps, { name: 'goes', namespace });
    await other.create(configMaps, configMap('comes', labels));
    await other.close();

    await eventually(
      () => {
        expect(
          informer
            .list()
            .map(({ metadata }) => metadata.name)
            .toSorted(),
        ).toEqual(['changes', 'comes', 'stays']);
        expect(informer.get(`${namespace}/changes`)?.data).toEqual({ x: '1' });
      },
      { timeoutMs: 40_000 },
    );
    const told = seen.map(({ type, object }) => `${type} ${object.metadata.name}`);
    expect(told.toSorted()).toEqual(
      ['added stays', 'added changes', 'added goes', 'updated changes', 'deleted goes', 'added comes'].toSorted(),
    );
  }, 120_000);
});
