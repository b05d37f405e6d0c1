import { jest } from '@jest/globals';
import { workspaces, type AdapterSpec, type Workspace } from '@kaito/crds';
import { configMaps, pods, secrets, type Pod } from '@kaito/kube';
import { eventually, useStack } from '@kaito/testing';
import { key, patient, ServedWorkspaces, serving, type Served } from './served-workspaces.test-data.ts';

jest.setTimeout(180_000);

const stack = useStack({ player: true });
const ws = new ServedWorkspaces(stack);
const lineage = { base: 'microsoft/phi-4@1', data: 'sha256:d', config: 'sha256:c', workspace: 'default/tuned' };
const long = { ...patient, timeoutMs: 60_000 };

function adapter(name: string, image: string, ...imagePullSecrets: readonly string[]): AdapterSpec {
  const source = { name, image: stack().player.registry.reference(image) };
  return { source: { ...source, ...(imagePullSecrets.length > 0 && { imagePullSecrets }) } };
}

async function push(image: string, rank = 8): Promise<string> {
  const files = { 'adapter_config.json': JSON.stringify({ r: rank }), 'adapter_model.safetensors': image };
  const notes = Object.entries(lineage).map(([part, value]) => [`sh.kaito.lineage.${part}`, value]);
  return stack().player.registry.pushAdapter(image, files, Object.fromEntries(notes));
}

/** What a server serves, and where its adapters come from. */
async function modelsOf({ metadata }: Pod): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(`http://${stack().player.address(metadata)}:5000/v1/models`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the stand-in
  const { data } = (await answer.json()) as {
    readonly data: readonly { readonly id: string; readonly root: string }[];
  };
  return Object.fromEntries(data.map(({ id, root }) => [id, root]));
}

/** Asks servers without a pause until it is told to end. @returns how many answers came, and all that were none */
function asking(
  servers: readonly Pod[],
  models: readonly string[],
): () => Promise<{ good: number; bad: readonly string[] }> {
  const stop = new AbortController();
  const result = { good: 0, bad: new Array<string>() };
  const ask = async ({ metadata }: Pod, model: string): Promise<void> => {
    const url = `http://${stack().player.address(metadata)}:5000/v1/chat/completions`;
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] });
    while (!stop.signal.aborted) {
      const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      const text = await answer.text();
      if (answer.status === 200) result.good++;
      else result.bad.push(`${model}: ${answer.status} ${text}`);
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  };
  const running = servers.flatMap(server => models.map(model => ask(server, model)));
  return async () => {
    stop.abort();
    await Promise.all(running);
    return result;
  };
}

function statusOf(name: string): Promise<Workspace> {
  return stack().client.get(workspaces, key(name));
}

const untilSaid = (name: string, said: object): Promise<void> =>
  eventually(async () => expect((await statusOf(name)).status).toMatchObject(said), {
    ...long,
    dump: () => stack().dump(),
  });

const loaded = (name: string, digest: string) => ({ name, state: 'Loaded', digest, lineage });

/** Another pod is there for the one that was deleted, another server for the one that was killed, and both have the adapters. */
async function expectBack(before: Served): Promise<void> {
  const now = await ws.now('live', before.workspace);
  expect(now.uids).not.toEqual(before.uids);
  for (const pod of now.pods) {
    expect(pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(Object.keys(await modelsOf(pod)).toSorted()).toEqual(['a', 'phi-4']);
  }
  const counts = now.pods.flatMap(({ status }) => (status?.containerStatuses ?? []).map(one => one.restartCount));
  expect(counts.toSorted((a, b) => a - b)).toEqual([0, 1]);
}

test('adapters come, change and go while two servers answer, and are there again when a server or a pod was lost', async () => {
  const { client, player } = stack();
  const [a1, a2, b1] = [await push('live/a:1'), await push('live/a:2'), await push('live/b:1')];
  const start = serving('live', { resource: { count: 2 }, inference: { adapters: [adapter('a', 'live/a:1')] } });
  await client.create(workspaces, start);
  const first = await ws.served('live');
  await untilSaid('live', { adapters: [loaded('a', a1)] });
  expect(first.pods).toHaveLength(2);

  const finish = asking(first.pods, ['phi-4', 'a']);
  const edited = await ws.edit('live', {
    inference: { adapters: [adapter('a', 'live/a:2'), adapter('b', 'live/b:1')] },
  });
  await untilSaid('live', { adapters: [loaded('a', a2), loaded('b', b1)], state: 'Ready' });
  for (const pod of first.pods) {
    const models = await modelsOf(pod);
    expect(Object.keys(models).toSorted()).toEqual(['a', 'b', 'phi-4']);
    expect(models['a']).toContain(a2.replace('sha256:', '').slice(0, 16));
  }
  expect(edited.workspace.status?.lastChange?.fields?.map(({ impact }) => impact)).toEqual(['inPlace', 'inPlace']);

  await ws.edit('live', {
    inference: { adapters: [adapter('a', 'live/a:2'), adapter('b', 'live/b:1'), adapter('c', 'live/c:1')] },
  });
  await untilSaid('live', {
    state: 'Ready',
    adapters: [
      { state: 'Loaded' },
      { state: 'Loaded' },
      { name: 'c', state: 'Failed', message: expect.stringContaining('not found') },
    ],
    diagnosis: { cause: 'AdapterPullFailed', mover: 'user', message: expect.stringContaining('live/c:1') },
  });
  await ws.edit('live', { inference: { adapters: [adapter('a', 'live/a:2')] } });
  await eventually(async () => {
    for (const pod of first.pods) expect(Object.keys(await modelsOf(pod)).toSorted()).toEqual(['a', 'phi-4']);
  }, long);
  const { good, bad } = await finish();
  expect(bad).toEqual([]);
  expect(good).toBeGreaterThan(100);
  const after = await ws.served('live');
  expect(after.uids).toEqual(first.uids);
  expect(after.workspace.status?.adapters).toEqual([
    { ...loaded('a', a2), image: player.registry.reference('live/a:2') },
  ]);
  expect(after.workspace.status).not.toHaveProperty('diagnosis');

  const [killed, deleted] = after.pods;
  if (!killed || !deleted) throw new Error('two pods');
  player.kill(killed.metadata, 'live');
  await client.delete(pods, deleted.metadata);
  await eventually(() => expectBack(after), long);
  await untilSaid('live', { state: 'Ready', adapters: [loaded('a', a2)] });
});

test('one that cannot be had keeps the first start from being ready, says why, and is put right without another pod', async () => {
  const { client, player } = stack();
  await push('private/secret:1');
  await push('late/large:1', 128);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: key('pull'),
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(player.registry.credentials).toString('base64') },
  });
  const secret = adapter('secret', 'private/secret:1', 'pull');
  await client.create(
    workspaces,
    serving('late', { inference: { adapters: [secret, adapter('none', 'late/none:1')] } }),
  );
  await untilSaid('late', {
    state: 'Pending',
    adapters: [
      { name: 'secret', state: 'Loaded' },
      { name: 'none', state: 'Failed' },
    ],
    conditions: expect.arrayContaining([
      expect.objectContaining({
        type: 'InferenceReady',
        status: 'False',
        reason: 'AdapterFailed',
        message: expect.stringMatching(/^adapter none: cannot pull .*late\/none:1: .*not found$/),
      }),
    ]),
    diagnosis: { cause: 'AdapterPullFailed' },
  });
  const { items: before } = await client.list(pods, { namespace: 'default', labelSelector: 'kaito.sh/workspace=late' });
  await client.patch(workspaces, key('late'), { inference: { adapters: [secret, adapter('large', 'late/large:1')] } });
  await untilSaid('late', {
    diagnosis: { cause: 'AdapterLoadFailed', message: 'adapter large is of rank 128, and the server takes up to 64' },
  });
  const done = await ws.edit('late', { inference: { adapters: [secret] } });
  expect(done.uids).toEqual(before.map(({ metadata }) => metadata.uid));
  expect((await client.get(configMaps, key('late-adapters'))).metadata.ownerReferences).toMatchObject([
    { name: 'late' },
  ]);
});
