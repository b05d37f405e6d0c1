import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { annotations, findCondition, workspaces, type Workspace } from '@kaito/crds';
import { jobs, persistentVolumeClaims, persistentVolumes, pods, secrets, type Pod } from '@kaito/kube';
import { eventually, override, useStack, type Overrides } from '@kaito/testing';
import { parse } from 'yaml';
import { steps } from './render/tuning/names.ts';
import { namespace, WorkspaceBench } from './workspace-bench.test-data.ts';

jest.setTimeout(180_000);

// The pods of trainings and of servers with adapters are played: their steps are processes of this machine, with the real oras and a real
// registry; trainer and server are stand-ins.
const stack = useStack({
  player: { stepMs: 400 },
  env: {
    workspace: { LEADER_ELECT: 'false' },
    provisioner: { LEADER_ELECT: 'false', GC_INTERVAL: '1s', GC_GRACE: '1s', POLL_IDLE: '1s' },
  },
});
const bench = new WorkspaceBench(stack);
const oneA100 = 'Standard_NC24ads_A100_v4';
const rows = JSON.stringify({ messages: [{ role: 'user', content: 'Who?' }] });

/** A Secret by which images are pushed and pulled. */
async function credentials(name: string, content: string): Promise<void> {
  const stringData = { '.dockerconfigjson': content };
  await stack().client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'kubernetes.io/dockerconfigjson',
    stringData,
  });
}

beforeAll(async () => {
  const { registry } = stack().player;
  await Promise.all([
    registry.pushAdapter('private/data:1', { 'train.jsonl': `${rows}\n` }),
    credentials('registry', registry.credentials),
    credentials('stranger', JSON.stringify({ auths: {} })),
  ]);
});

afterEach(async () => {
  const { items } = await stack().client.list(workspaces, { namespace });
  await Promise.all(items.map(({ metadata }) => bench.remove(metadata.name)));
});

const image = (name: string): string => stack().player.registry.reference(`private/${name}`);

/** A training of a model with data and result in the registry. */
function tune(
  name: string,
  tuning: Overrides<NonNullable<Workspace['tuning']>> = {},
  resource: Overrides<NonNullable<Workspace['resource']>> = {},
  metadata: Overrides<Workspace['metadata']> = {},
): Promise<Workspace> {
  return bench.create(name, {
    metadata,
    resource: { instanceType: oneA100, ...resource },
    inference: undefined,
    tuning: {
      preset: { name: 'phi-4-mini-instruct' },
      method: 'qlora',
      input: { image: image('data:1'), imagePullSecrets: ['registry'] },
      output: { image: image(`${name}:1`), imagePushSecret: 'registry' },
      ...tuning,
    },
  });
}

/** Its result goes to a volume. */
function toVolume(claimName: string): Overrides<NonNullable<Workspace['tuning']>> {
  const volumeSource = { persistentVolumeClaim: { claimName } };
  return { output: { image: undefined, imagePushSecret: undefined, volumeSource } };
}

const ended = (name: string, state: 'Succeeded' | 'Failed'): Promise<Workspace> =>
  bench.until(name, `has ${state}`, workspace => {
    expect(workspace.status).toMatchObject({ state, tuning: { outcome: state } });
    return workspace;
  });

/** A claim for a volume that outlives pods and nodes. */
async function volume(name: string): Promise<void> {
  const { client } = stack();
  const spec = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  await client.create(persistentVolumes, {
    metadata: { name },
    spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } },
  });
  const resources = { requests: { storage: '1Gi' } };
  const metadata = { name, namespace };
  await client.create(persistentVolumeClaims, { metadata, spec: { ...spec, volumeName: name, resources } });
}

/** The weights of the adapter on such a volume. */
async function adapterOn(name: string): Promise<string> {
  const file = join(stack().player.claim(namespace, name), 'adapter_model.safetensors');
  return (await readFile(file)).toString('hex');
}

/** Resolves when the training has no node any more that would have to be paid for. */
async function released(name: string): Promise<void> {
  await bench.settledClaims(name, 0);
  await eventually(async () => {
    const { pools } = await stack().emulator.state();
    expect(pools.filter(({ mode }) => mode !== 'System')).toEqual([]);
  });
}

const trainerRuns = (name: string): Promise<Pod> =>
  bench.until(name, 'trains', async () => {
    const found = (await bench.pods(name)).find(
      ({ status }) => status?.initContainerStatuses?.find(step => step.name === steps.trainer)?.state?.running,
    );
    if (!found) throw new Error('no trainer runs');
    return found;
  });

/** Commands of the guide. */
async function guideCommands(): Promise<readonly string[]> {
  const guide = await readFile(fileURLToPath(new URL('../../../docs/tuning.md', import.meta.url)), 'utf8');
  const blocks = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
  return blocks.flatMap(block => block.split('\n')).filter(line => line.startsWith('kubectl '));
}

async function example(file: string): Promise<Workspace> {
  const path = fileURLToPath(new URL(`../../../examples/${file}`, import.meta.url));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of our own
  return parse(await readFile(path, 'utf8')) as Workspace;
}

describe('a training', () => {
  it('puts the adapter where it was to go, says what it was made from, and gives the node back', async () => {
    await tune('first');
    await trainerRuns('first');
    const running = await bench.until('first', 'tells its progress', workspace => {
      expect(workspace.status).toMatchObject({
        state: 'Running',
        tuning: { progress: expect.stringMatching(/^\d+%$/) },
      });
      expect(workspace.status?.tuning?.loss).toBeDefined();
      return workspace;
    });
    expect(findCondition(running, 'JobStarted')).toMatchObject({ status: 'True' });
    const done = await ended('first', 'Succeeded');
    const { status, metadata } = done;
    const { registry } = stack().player;
    const digest = await registry.digest('private/first:1');
    expect(status?.tuning).toMatchObject({
      progress: '100%',
      attempts: 1,
      output: {
        digest,
        image: `${image('first')}@${digest}`,
        lineage: {
          base: expect.stringMatching(/^microsoft\/Phi-4-mini-instruct@.*\+sha256:/),
          data: expect.stringMatching(/^sha256:/),
          workspace: `${namespace}/first`,
        },
      },
    });
    const files = await registry.files('private/first:1');
    expect(JSON.parse(String(files.get('data/lineage.json')))).toEqual(status?.tuning?.output?.lineage);
    for (const type of ['WorkspaceSucceeded', 'WorkspaceReady', 'ResourceReady']) {
      expect(findCondition(done, type)?.status).toBe('True');
    }
    await released('first');
    const said = await Promise.all((await guideCommands()).map(line => stack().kubectl(...line.split(' ').slice(1))));
    expect(said).toEqual([expect.stringMatching(/first .* Succeeded .* 100% /)]);

    // It is not begun again: not by a controller that starts anew, nor when its Job is gone.
    await stack().workspace.stop();
    await stack().workspace.start();
    await stack().workspace.ready();
    await stack().client.delete(jobs, { name: 'first', namespace }, { propagationPolicy: 'Background' });
    await stack().client.patch(workspaces, metadata, { metadata: { annotations: { 'example.com/seen': 'yes' } } });
    await tune('second', {}, {}, { annotations: { [annotations.keepNodes]: 'true' } });
    await ended('second', 'Succeeded');
    const after = await bench.get('first');
    expect(after.status).toMatchObject({ state: 'Succeeded', tuning: status?.tuning });
    expect(await bench.claims('first')).toEqual([]);
    // Whose user wants it kept has its node still.
    expect(await bench.claims('second')).toHaveLength(1);
  });

  it('goes on from its checkpoint on another node when it loses its own, to the same result', async () => {
    await volume('kept');
    await volume('whole');
    await tune('lost', toVolume('kept'), { capacityType: 'spot' });
    await tune('whole', toVolume('whole'));
    const pod = await bench.until('lost', 'has a checkpoint', async ({ status }) => {
      expect(status?.tuning?.checkpoint).toBeGreaterThan(0);
      return trainerRuns('lost');
    });
    const [claim = ''] = await bench.claims('lost');
    await stack().emulator.evict(claim);
    await eventually(async () => expect((await bench.pods('lost'))[0]?.metadata.uid).not.toBe(pod.metadata.uid), {
      timeoutMs: 60_000,
      describe: 'the pod of the node that was taken away is gone',
    });
    const { status } = await ended('lost', 'Succeeded');
    expect(status?.tuning?.resumedFrom).toBeGreaterThan(0);
    expect(status?.tuning?.attempts).toBeGreaterThan(1);
    const whole = await ended('whole', 'Succeeded');
    expect(await adapterOn('kept')).toBe(await adapterOn('whole'));
    expect(whole.status?.tuning?.resumedFrom).toBeUndefined();
    await released('lost');
  });

  it('is refused by the registry before it has computed anything, and says whose move it is', async () => {
    await tune('refused', { output: { image: image('refused:1'), imagePushSecret: 'stranger' } });
    const { status } = await ended('refused', 'Failed');
    expect(status?.diagnosis).toMatchObject({ cause: 'PushRefused', mover: 'user' });
    expect(status?.tuning?.startedAt).toBeUndefined();
    await released('refused');
    // What became of it stays to be read.
    expect((await bench.get('refused')).status?.diagnosis).toEqual(status?.diagnosis);
  });

  it('begins anew when what it is of changes, and is taken down with its workspace', async () => {
    await tune('edited');
    await trainerRuns('edited');
    const edit = { tuning: { output: { image: image('edited:2') } } };
    await stack().client.patch(workspaces, { name: 'edited', namespace }, edit);
    await ended('edited', 'Succeeded');
    const { registry } = stack().player;
    expect(await registry.has('private/edited:1')).toBe(false);
    expect(await registry.has('private/edited:2')).toBe(true);

    await tune('unwanted');
    await trainerRuns('unwanted');
    await bench.remove('unwanted');
    await eventually(async () => {
      const { items } = await stack().client.list(pods, { namespace, labelSelector: 'kaito.sh/workspace=unwanted' });
      expect(items).toEqual([]);
    });
  });
});

describe('the manifests of the guides', () => {
  it('tune an adapter and serve it, with its lineage', async () => {
    const { registry } = stack().player;
    const training = await example('tuning/kaito_workspace_tuning_phi_3_128k.yaml');
    const create = (workspace: Workspace) =>
      stack().client.raw('POST', `/apis/kaito.sh/v1alpha1/namespaces/${namespace}/workspaces`, workspace);
    stack().player.web.serve(training.tuning?.input.urls?.[0] ?? '', `${rows}\n`);
    // Placeholders are filled in: nothing else is changed.
    const output = { image: image('dolly:0.0.1'), imagePushSecret: 'registry' };
    await create(override(training, { tuning: { output } }));
    const tuned = await ended(training.metadata.name, 'Succeeded');
    await bench.remove(training.metadata.name);

    const serving = await example('inference/kaito_workspace_phi_3_with_adapters.yaml');
    const source = { name: 'phi-3-adapter', image: output.image, imagePullSecrets: ['registry'] };
    await create(override(serving, { inference: { adapters: [{ source, strength: '1.0' }] } }));
    const ready = await bench.until(serving.metadata.name, 'serves the adapter', workspace => {
      expect(workspace.status?.adapters).toMatchObject([{ name: 'phi-3-adapter', state: 'Loaded' }]);
      return workspace;
    });
    await bench.untilReady(serving.metadata.name);
    expect(ready.status?.adapters).toMatchObject([
      { digest: await registry.digest('private/dolly:0.0.1'), lineage: tuned.status?.tuning?.output?.lineage },
    ]);
  });
});
