import { jest } from '@jest/globals';
import { findCondition, labels, machines, workspaces, type Workspace } from '@kaito/crds';
import {
  events,
  pods,
  secrets,
  services,
  statefulSets,
  validatingWebhookConfigurations,
  type KubeObject,
  type Pod,
} from '@kaito/kube';
import { applyManifest, aWorkspace, eventually, useStack, type Overrides } from '@kaito/testing';
import { hubCommit, HubStandIn, openRepository } from './models/fixtures/hub-stand-in.ts';

jest.setTimeout(90_000);

const hub = await HubStandIn.start();
const openModel = openRepository('acme/tiny');
hub.handler = request =>
  request.path.includes('acme/gated')
    ? { status: 401, headers: { 'x-error-code': 'GatedRepo' }, body: {} }
    : openModel(request);
afterAll(() => hub.close());

// Without a lease, so that a controller that is started again goes on at once.
const env = { workspace: { LEADER_ELECT: 'false', HF_ENDPOINT: hub.endpoint } };
const getStack = useStack({ webhook: true, env });
const namespace = 'default';
const quick = { nodeRegisterMs: 100 };

afterEach(() => getStack().emulator.configure({ timings: quick, quotas: { cores: 1_000_000 } }));

function create(name: string, change: Overrides<Workspace> = {}): Promise<Workspace> {
  return getStack().client.create(workspaces, aWorkspace({ ...change, metadata: { name, ...change.metadata } }));
}

/** Waits until the workspace passes the check, and gives it. */
function until(name: string, check: (workspace: Workspace) => void, within = namespace): Promise<Workspace> {
  const { client, dump } = getStack();
  return eventually(
    async () => {
      const workspace = await client.get(workspaces, { name, namespace: within });
      check(workspace);
      return workspace;
    },
    { timeoutMs: 35_000, describe: `workspace ${name}`, dump },
  );
}

function isReady(workspace: Workspace): void {
  const ready = findCondition(workspace, 'WorkspaceReady');
  if (ready?.status !== 'True') throw new Error(`not ready: ${ready?.message}`);
}

const hasCause =
  (cause: string) =>
  ({ status }: Workspace): void =>
    expect(status?.diagnosis).toMatchObject({ cause });

async function claimsOf(workspace: string): Promise<readonly string[]> {
  const { items } = await getStack().client.list(machines, { labelSelector: `${labels.workspace}=${workspace}` });
  return items.map(({ metadata }) => metadata.name);
}

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** Says of the only pod of a workspace what a kubelet would. */
async function tellOfPod(workspace: string, container: Partial<ContainerStatus>): Promise<void> {
  const { client } = getStack();
  const [main] = (await client.get(pods, { name: `${workspace}-0`, namespace })).status?.containerStatuses ?? [];
  const status = {
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      ...['ContainersReady', 'Ready'].map(type => ({ type, status: 'False', reason: 'ContainersNotReady' })),
    ],
    containerStatuses: [{ ...main, ready: false, started: false, ...container }],
  };
  await client.patch(pods, { name: `${workspace}-0`, namespace }, { status }, { subresource: 'status' });
}

/** What takes its time is begun before the tests that do not look at it. */
beforeAll(async () => {
  const stack = getStack();
  const space = { apiVersion: 'v1', kind: 'Namespace' };
  await applyManifest(stack, { ...space, metadata: { name: 'full' } });
  const level = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await applyManifest(stack, { ...space, metadata: { name: 'strict', labels: level } });
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'no-pods', namespace: 'full' } };
  await applyManifest(stack, { ...quota, spec: { hard: { pods: '0' } } });
  const resource = { instanceType: 'Standard_NC24ads_A100_v4' };
  const ofHub = (name: string) => ({ resource, inference: { preset: { name } } });
  const presetOptions = { modelAccessSecret: 'a-token' };
  await Promise.all([
    create('held', { metadata: { namespace: 'full' } }),
    create('held', { metadata: { namespace: 'strict' } }),
    create('secretive', { resource, inference: { preset: { name: 'phi-4', presetOptions } } }),
    create('tiny', ofHub('acme/tiny')),
    create('gated', ofHub('acme/gated')),
    create('nowhere', ofHub('acme/nowhere')),
  ]);
});

function describeWorkspace(name: string): Promise<string> {
  return getStack().kubectl('describe', 'workspace', name);
}

describe('a start', () => {
  it('shows each phase with its times, and when it will be over', async () => {
    const stack = getStack();
    await stack.emulator.configure({ timings: { nodeRegisterMs: 6000 } });
    await create('starting');
    const starting = await until('starting', ({ status }) =>
      expect(status?.startup?.phases.find(({ name }) => name === 'NodeJoined')?.state).toBe('Running'),
    );
    expect(starting.status?.diagnosis).toMatchObject({ cause: 'NodeStarting', mover: 'azure' });
    const { startedAt, estimatedReadyAt = '', phases = [] } = starting.status?.startup ?? {};
    const expected = phases.reduce((sum, phase) => sum + phase.expectedSeconds, 0);
    expect(expected).toBeGreaterThan(300);
    expect(Date.parse(estimatedReadyAt) - Date.parse(startedAt ?? '')).toBeGreaterThan(300_000);
    expect(phases.map(({ name, state }) => `${name} ${state}`).slice(0, 4)).toEqual([
      'Planned Done',
      'Claimed Done',
      'NodeJoined Running',
      'GpusReady Pending',
    ]);
  });

  it('stays, when it is over, as the history of the revision', async () => {
    const { status } = await until('starting', isReady);
    expect(status).not.toHaveProperty('diagnosis');
    for (const phase of status?.startup?.phases ?? []) {
      expect(phase).toMatchObject({ state: 'Done', startedAt: expect.any(String), finishedAt: expect.any(String) });
    }
    expect(status?.startup?.readyAt).toBe(status?.startup?.phases.at(-1)?.finishedAt);
    await tellOfPod('starting', { state: { waiting: { reason: 'ContainerCreating' } } });
    await until('starting', workspace => expect(findCondition(workspace, 'WorkspaceReady')?.status).toBe('False'));
    await getStack().client.delete(pods, { name: 'starting-0', namespace });
    expect((await until('starting', isReady)).status?.startup).toEqual(status?.startup);
  });

  it('is counted', async () => {
    // It is counted when it is written, which others may read first.
    await eventually(async () => {
      const metrics = await (await fetch(getStack().workspace.metricsUrl)).text();
      for (const phase of ['Planned', 'NodeJoined', 'Ready']) {
        expect(metrics).toMatch(new RegExp(`kaito_workspace_phase_duration_seconds_count\\{phase="${phase}"\\} [1-9]`));
      }
      expect(metrics).toMatch(/kaito_workspace_start_duration_seconds_count [1-9]/);
      expect(metrics).toMatch(/kaito_workspaces\{state="Ready",reason=""\} [1-9]/);
    });
  });
});

describe('a pod in trouble', () => {
  it('names the image that is not there, and kubectl describe says what to do', async () => {
    const image = 'mcr.microsoft.com/aks/kaito/nobody:1';
    const message = `Back-off pulling image "${image}": ErrImagePull: failed to resolve reference "${image}": ${image}: not found`;
    await tellOfPod('starting', { state: { waiting: { reason: 'ImagePullBackOff', message } } });
    const { status } = await until('starting', hasCause('ImageNotFound'));
    expect(status?.diagnosis).toMatchObject({ mover: 'user', message: `there is no image ${image}` });
    const described = await describeWorkspace('starting');
    expect(described).toContain('ImageNotFound');
    expect(described.replaceAll(/\s+/g, ' ')).toContain(status?.diagnosis?.nextStep);
    await eventually(async () => expect(await describeWorkspace('starting')).toMatch(/Warning\s+ImageNotFound/));
  });

  it('says by the log of a server that crashes which setting would do', async () => {
    const log =
      "ValueError: To serve at least one request with the model's max seq len (1048576), 22.5 GiB KV cache is needed, " +
      'which is larger than the available KV cache memory (17.39 GiB). Based on the available memory, the estimated maximum model length is 810208.';
    await getStack().writePodLogs(`INFO starting\nTraceback\n${log}\n`, { previous: true });
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=main' };
    const now = new Date().toISOString();
    const terminated = { exitCode: 1, reason: 'Error', startedAt: now, finishedAt: now };
    await tellOfPod('starting', { restartCount: 3, state: { waiting }, lastState: { terminated } });
    const { status } = await until('starting', hasCause('KvCacheTooSmall'));
    expect(status?.diagnosis).toMatchObject({ mover: 'user', evidence: log });
    expect(status?.diagnosis?.nextStep).toContain('set max-model-len: 810208');
    expect(await describeWorkspace('starting')).toContain('max-model-len: 810208');
  });

  it('is forgotten when the pod serves again', async () => {
    await getStack().client.delete(pods, { name: 'starting-0', namespace });
    const { status } = await until('starting', isReady);
    expect(status).not.toHaveProperty('diagnosis');
  });
});

describe('Events of the cluster', () => {
  it('tell why pods cannot be made', async () => {
    const full = await until('held', hasCause('NamespaceQuotaExceeded'), 'full');
    expect(full.status?.diagnosis).toMatchObject({
      mover: 'cluster',
      message: 'the ResourceQuota no-pods of the namespace allows pods=0; pods=0 is used and pods=1 is asked for',
    });
    const strict = await until('held', hasCause('PodSecurityForbids'), 'strict');
    expect(strict.status?.diagnosis?.evidence).toContain('violates PodSecurity "restricted:latest"');
  });

  it('tell of a volume that cannot be mounted', async () => {
    const { client } = getStack();
    await until('tiny', isReady);
    const { metadata } = await client.get(pods, { name: 'tiny-0', namespace });
    const now = new Date().toISOString();
    await client.create(events, {
      metadata: { name: 'tiny-0.mount', namespace },
      involvedObject: { kind: 'Pod', name: 'tiny-0', namespace, uid: metadata.uid ?? '' },
      type: 'Warning',
      reason: 'FailedMount',
      message: 'MountVolume.SetUp failed for volume "c" : configmap "a-config" not found',
      firstTimestamp: now,
      lastTimestamp: now,
    });
    await tellOfPod('tiny', { state: { waiting: { reason: 'ContainerCreating' } } });
    const { status } = await until('tiny', hasCause('VolumeObjectMissing'));
    expect(status?.diagnosis?.nextStep).toContain('create the configmap "a-config"');
    await client.delete(pods, { name: 'tiny-0', namespace });
    await until('tiny', isReady);
  });
});

describe('what is missing', () => {
  it('of the quota of Azure is told with the numbers', async () => {
    const stack = getStack();
    const { usage } = await stack.emulator.state();
    await stack.emulator.configure({ quotas: { cores: (usage['cores'] ?? 0) + 4 } });
    await create('greedy');
    const { status } = await until('greedy', hasCause('QuotaExceeded'));
    expect(status?.diagnosis).toMatchObject({ mover: 'cluster', retryAt: expect.any(String) });
    expect(status?.diagnosis?.nextStep).toMatch(/ask for .*(?:at least|more)/);
    await stack.client.delete(workspaces, { name: 'greedy', namespace });
  });

  it('of Secrets is waited for, and no node is paid for until then', async () => {
    const { client } = getStack();
    const refused = await until('secretive', hasCause('SecretMissing'));
    expect(refused.status?.diagnosis).toMatchObject({ mover: 'user', message: expect.stringContaining('"a-token"') });
    expect(await claimsOf('secretive')).toEqual([]);
    const data = { HF_TOKEN: Buffer.from('hf_secret').toString('base64') };
    await client.create(secrets, { metadata: { name: 'a-token', namespace }, data });
    await until('secretive', isReady);
    expect(await claimsOf('secretive')).toHaveLength(1);
  });
});

describe('a model of Hugging Face', () => {
  it('that is open is planned from its files, and pinned to its commit', async () => {
    const { status } = await until('tiny', isReady);
    expect(status?.plan).toMatchObject({ model: 'acme/tiny', revision: hubCommit, runtime: 'vllm' });
    const { spec } = await getStack().client.get(statefulSets, { name: 'tiny', namespace });
    const command = spec?.template.spec?.containers[0]?.command?.join(' ');
    expect(command).toMatch(new RegExp(`--revision[= ]${hubCommit}`));
  });

  it('that does not exist is not found', async () => {
    const { status } = await until('nowhere', hasCause('ModelNotFound'));
    expect(status?.diagnosis?.message).toContain(`there is no such model at ${hub.endpoint}/acme/nowhere`);
    expect(await claimsOf('nowhere')).toEqual([]);
  });

  it('that is gated costs nothing, and says where its licence is accepted', async () => {
    const { status } = await until('gated', hasCause('ModelGated'));
    expect(status?.diagnosis).toMatchObject({ mover: 'user', nextStep: expect.stringContaining('HF_TOKEN') });
    expect(status?.diagnosis?.message).toContain(`accept it at ${hub.endpoint}/acme/gated`);
    expect(await claimsOf('gated')).toEqual([]);
  });
});

describe('while the webhook is down', () => {
  it('what is stored though it cannot be reaches no GPU, and says why', async () => {
    const { client, workspace } = getStack();
    await workspace.stop();
    const [configuration] = (await client.list(validatingWebhookConfigurations)).items;
    const webhooks = configuration?.webhooks?.map(webhook => ({ ...webhook, failurePolicy: 'Ignore' }));
    await client.patch(validatingWebhookConfigurations, configuration?.metadata ?? { name: '' }, { webhooks });
    const bad = { instanceType: 'Standard_NC6s_v9' };
    await eventually(() => create('smuggled', { resource: bad }));
    // Hugging Face is gone as well, when the controller comes back.
    await hub.close();
    await workspace.start();
    const { metadata, status } = await until('smuggled', hasCause('InstanceTypeUnknown'));
    expect(status?.diagnosis?.message).toContain('"Standard_NC6s_v9" is not a known GPU size');
    expect(metadata.finalizers).toBeUndefined();
    expect(await claimsOf('smuggled')).toEqual([]);
  });
});

describe('a controller that starts again', () => {
  it('writes nothing where nothing has changed, also when Hugging Face is gone', async () => {
    const { client, workspace } = getStack();
    const ready = ['starting', 'secretive', 'tiny'];
    const versions = () =>
      Promise.all(
        ready.flatMap(name =>
          [workspaces, statefulSets].map(async resource => {
            const { metadata } = await client.get<KubeObject>(resource, { name, namespace });
            return `${resource.kind} ${name} ${metadata.resourceVersion}`;
          }),
        ),
      );
    const told = async () =>
      (await client.list(events, { namespace, fieldSelector: 'source=kaito-workspace' })).items
        .filter(({ involvedObject }) => ready.includes(involvedObject.name ?? ''))
        .map(({ metadata, count }) => `${metadata.name} ${count}`);
    // Events that are still to be written are written before it ends.
    await workspace.stop();
    const [before, eventsBefore] = await Promise.all([versions(), told()]);
    expect(eventsBefore.length).toBeGreaterThan(ready.length);
    await workspace.start();
    await workspace.ready();
    await eventually(async () => {
      const metrics = await (await fetch(workspace.metricsUrl)).text();
      const { items } = await client.list(workspaces);
      expect(passes(metrics)).toBeGreaterThanOrEqual(items.length);
      expect(metrics).toMatch(/controller_runtime_active_workers\{[^}]*\} 0/);
      expect(metrics).toMatch(/workqueue_depth\{[^}]*name="workspace"[^}]*\} 0/);
    });
    expect(await versions()).toEqual(before);
    expect(await told()).toEqual(eventsBefore);
    for (const name of ready) await until(name, isReady);
  });

  it('cares for a model that nobody can look up any more', async () => {
    const { client, dump } = getStack();
    const key = { name: 'tiny', namespace };
    const { metadata } = await client.get(services, key);
    await client.delete(services, key);
    const again = await eventually(() => client.get(services, key), { dump });
    expect(again.metadata.uid).not.toBe(metadata.uid);
    expect((await until('tiny', isReady)).status?.plan?.revision).toBe(hubCommit);
  });
});

function passes(metrics: string): number {
  const counts = [...metrics.matchAll(/^controller_runtime_reconcile_total\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
