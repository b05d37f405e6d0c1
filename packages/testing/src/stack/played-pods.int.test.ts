import { existsSync } from 'node:fs';
import { jest } from '@jest/globals';
import { configMaps, jobs, nodes, pods, statefulSets, type Pod } from '@kaito/kube';
import { eventually } from '../time/eventually.ts';
import { adapterServer, gpuNode, trainingConfigMap, trainingJob } from './played-pods.test-data.ts';
import { useStack } from './start-stack.ts';

jest.setTimeout(120_000);

const namespace = 'default';
const log = { tailLines: 200, limitBytes: 100_000 } as const;
const stack = useStack({ emulator: false, workspace: false, player: { stepMs: 50 } });

async function podsOf(workspace: string): Promise<readonly Pod[]> {
  const { items } = await stack().client.list(pods, { namespace, labelSelector: `kaito.sh/workspace=${workspace}` });
  return items;
}

/** Resolves when one of the workspace's pods is as wanted. */
function podWith(workspace: string, wanted: (pod: Pod) => boolean, describe: string): Promise<Pod> {
  const look = async (): Promise<Pod> => {
    const all = await podsOf(workspace);
    const found = all.find(wanted);
    if (!found) throw new Error(JSON.stringify(all.map(({ metadata, status }) => ({ name: metadata.name, status }))));
    return found;
  };
  return eventually(look, { describe, timeoutMs: 60_000, dump: () => stack().dump() });
}

function statusOf(
  { status }: Pod,
  name: string,
): NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number] | undefined {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    one => one.name === name,
  );
}

const ready = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

async function train(name: string, options: Partial<Parameters<typeof trainingJob>[0]> = {}): Promise<void> {
  const { address } = stack().player.registry;
  await stack().client.create(
    jobs,
    trainingJob({ name, node: 'gpu', registry: address, output: `out/${name}:1`, ...options }),
  );
}

beforeAll(async () => {
  await stack().client.create(nodes, gpuNode('gpu'));
  await stack().client.create(configMaps, trainingConfigMap);
});

test('steps run one after the other, by their own scripts, and the result is in the registry', async () => {
  await train('whole');
  const pod = await podWith('whole', ({ status }) => status?.phase === 'Succeeded', 'the training to succeed');
  const ends = ['output-check', 'weights', 'data', 'trainer', 'output'].map(
    name => statusOf(pod, name)?.state?.terminated,
  );
  expect(ends.map(end => end?.reason)).toEqual(Array.from({ length: 5 }, () => 'Completed'));
  expect(ends[2]?.message).toBe('{"files":1}\n');
  const times = ends.flatMap(end => [Date.parse(end?.startedAt ?? ''), Date.parse(end?.finishedAt ?? '')]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const { registry } = stack().player;
  expect(JSON.parse(ends[4]?.message ?? '')).toEqual({ digest: await registry.digest('out/whole:1') });
  const files = await registry.files('out/whole:1');
  expect(JSON.parse(String(files.get('data/adapter_config.json')))).toMatchObject({ r: 4, target_modules: ['q_proj'] });
  const said = await stack().client.podLogs(pod.metadata, { container: 'trainer', ...log });
  expect(said).toContain('{"kaito.training":{"step":6,"steps":12,"checkpoint":6}}');
  expect(said).toContain('"done":true');
  await stack().kubectl('wait', '--for=condition=Complete', 'job/whole', '--timeout=20s');
});

test('a run that is killed at any step, or whose node goes down, goes on in another pod, and ends with the same adapter', async () => {
  const victims = ['output-check', 'weights', 'data', 'trainer', 'output'] as const;
  const adapterOf = async (name: string): Promise<string> =>
    String(
      (await stack().player.registry.files(`out/${name}:1`)).get('data/adapter_model.safetensors')?.toString('hex'),
    );
  const end = async (victim: (typeof victims)[number]): Promise<string> => {
    const name = `kill-${victim}`;
    const { player } = stack();
    const isOurs = ({ metadata }: Pod): boolean => metadata.labels?.['kaito.sh/workspace'] === name;
    // The others are over in a moment; the trainer is killed when there is something to go on from.
    const killed = victim === 'trainer' ? undefined : player.killAtStart(isOurs, victim);
    await train(name);
    await (killed ?? podWith(name, hasCheckpoint, 'a checkpoint').then(pod => player.kill(pod.metadata, victim)));
    const failed = await podWith(name, ({ status }) => status?.phase === 'Failed', `the pod of ${name} to fail`);
    expect(statusOf(failed, victim)?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    await podWith(name, ({ status }) => status?.phase === 'Succeeded', `${name} to succeed in another pod`);
    return adapterOf(name);
  };
  // At once: a Job waits ten seconds before it tries again.
  const [adapters] = await Promise.all([Promise.all(victims.map(end)), loseNode(), replaceNode()]);
  expect(new Set([...adapters, await adapterOf('whole')]).size).toBe(1);
  const second = await podWith('kill-trainer', ({ status }) => status?.phase === 'Succeeded', 'the second pod');
  const said = await stack().client.podLogs(second.metadata, { container: 'trainer', ...log });
  expect(said).toMatch(/"resumedFrom":[369]\b/);
});

/** A node goes down without a word; what ran there has failed when it is back, and another pod ends it. */
async function loseNode(): Promise<void> {
  const { client, player } = stack();
  await client.create(nodes, gpuNode('doomed'));
  await train('crashed', { node: 'doomed' });
  const pod = await podWith('crashed', one => statusOf(one, 'trainer')?.state?.running !== undefined, 'the trainer');
  await player.crash('doomed');
  await eventually(async () => {
    const node = await client.get(nodes, { name: 'doomed' });
    expect(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('Unknown');
  });
  expect(statusOf(await client.get(pods, pod.metadata), 'trainer')?.state?.running).toBeDefined();
  await player.recover('doomed');
  const failed = await podWith('crashed', ({ status }) => status?.phase === 'Failed', 'the lost pod to fail');
  expect(statusOf(failed, 'trainer')?.state?.terminated).toMatchObject({
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
  });
  await podWith('crashed', ({ status }) => status?.phase === 'Succeeded', 'another pod to finish');
}

/** A machine comes under the name of one that went down: it has that one's pods. */
async function replaceNode(): Promise<void> {
  const { client, player } = stack();
  const name = 'replaced';
  await client.create(nodes, gpuNode(name));
  await train(name, { node: name });
  await podWith(name, one => statusOf(one, 'trainer')?.state?.running !== undefined, 'the trainer');
  await player.crash(name);
  await client.delete(nodes, { name });
  await client.create(nodes, gpuNode(name));
  await podWith(name, ({ status }) => status?.phase === 'Failed', 'the lost pod to fail');
  await podWith(name, ({ status }) => status?.phase === 'Succeeded', 'another pod to finish');
}

function hasCheckpoint(pod: Pod): boolean {
  if (!statusOf(pod, 'trainer')?.state?.running) return false;
  const { metadata } = pod;
  return existsSync(stack().player.path(metadata, 'trainer', '/mnt/results/checkpoint-3/trainer_state.json'));
}

test('a failure has the words of the trainer, its exit code, and memory that ran out its reason', async () => {
  await train('bad-column', { row: '{"question":"a"}' });
  await train('out-of-memory');
  const running = await podWith(
    'out-of-memory',
    pod => statusOf(pod, 'trainer')?.state?.running !== undefined,
    'the trainer',
  );
  stack().player.kill(running.metadata, 'trainer', 'OOMKilled');
  const killed = await podWith('out-of-memory', ({ status }) => status?.phase === 'Failed', 'the pod to fail');
  expect(statusOf(killed, 'trainer')?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  const failed = await podWith('bad-column', ({ status }) => status?.phase === 'Failed', 'the pod to fail');
  expect(statusOf(failed, 'trainer')?.state?.terminated).toMatchObject({
    exitCode: 64,
    message: expect.stringContaining(
      "ValueError: Column 'text' does not exist in the dataset. Available columns: ['question']",
    ),
  });
  expect(statusOf(failed, 'output')?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
  await Promise.all(
    ['bad-column', 'out-of-memory'].map(name => stack().kubectl('delete', 'job', name, '--wait=false')),
  );
});

test('a server gets its adapters before it starts and while it runs, and has them again after a kill', async () => {
  const { client, player } = stack();
  const adapter = { 'adapter_config.json': '{"r":8}', 'adapter_model.safetensors': 'x' };
  const [first, second] = await Promise.all(
    ['a', 'b'].map(async name => {
      // As users write it: the registry of the stack stands for all others.
      await player.registry.pushAdapter(`example.azurecr.io/adapters/${name}:1`, adapter);
      return `${name} example.azurecr.io/adapters/${name}:1\n`;
    }),
  );
  const list = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'serve-adapters', namespace } };
  await client.create(configMaps, { ...list, data: { adapters: first ?? '' } });
  await client.create(statefulSets, adapterServer('serve', 'gpu'));
  const pod = await podWith('serve', ready, 'the server to be ready');
  const models = async (): Promise<readonly string[]> => {
    const answer = await fetch(`http://${player.address(pod.metadata)}:5000/v1/models`);
    const { data }: { data: readonly { id: string }[] } = JSON.parse(await answer.text());
    return data.map(({ id }) => id);
  };
  expect(await models()).toEqual(['phi', 'a']);
  await client.patch(configMaps, list.metadata, { data: { adapters: `${first}${second}` } });
  await eventually(async () => expect(await models()).toEqual(['phi', 'a', 'b']), {
    describe: 'the second adapter',
    dump: () => client.podLogs(pod.metadata, { container: 'adapters', ...log }),
  });

  player.kill(pod.metadata, 'server');
  const again = await podWith('serve', one => ready(one) && statusOf(one, 'server')?.restartCount === 1, 'a restart');
  expect(statusOf(again, 'server')?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
  expect(await models()).toEqual(['phi', 'a', 'b']);
  expect(await client.podLogs(pod.metadata, { container: 'server', previous: true, ...log })).toContain(
    'load_lora_adapter 200',
  );
  player.kill(pod.metadata, 'adapters');
  await podWith('serve', one => statusOf(one, 'adapters')?.restartCount === 1 && ready(one), 'the sidecar to be back');

  await client.delete(pods, pod.metadata);
  await podWith('serve', one => one.metadata.uid !== pod.metadata.uid && ready(one), 'another pod in its place');
  await client.delete(statefulSets, { namespace, name: 'serve' });
  await eventually(async () => expect(await podsOf('serve')).toEqual([]), { describe: 'the pods to be gone' });
});
