import { deployments, jobs, nodes, pods, type Node } from '@kaito/kube';
import { startLocalStack } from './local-stack.ts';
import type { LocalStack } from './running-stack.ts';

const resources = { cpu: '6', memory: '112Gi', pods: '110', 'nvidia.com/gpu': '1' };
const allocatable = { ...resources, cpu: '5' };
const selector = { matchLabels: { app: 'it' } };
const template = {
  metadata: { labels: { app: 'it' } },
  spec: {
    initContainers: [{ name: 'first', image: 'example.com/first' }],
    containers: [{ name: 'main', image: 'example.com/main', resources: { limits: { 'nvidia.com/gpu': '1' } } }],
  },
};

const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
const aNode = (name: string, annotations: Record<string, string>): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations, labels: { pool: 'it' } },
  status: { capacity: resources, allocatable },
});

describe('a control plane with kwok', () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({ components: { emulator: false, workspace: false } });
  });
  afterAll(async () => {
    await stack?.stop();
  });

  const waitFor = (condition: string, ...what: string[]): Promise<string> =>
    stack.kubectl('wait', `--for=${condition}`, '--timeout=30s', ...what);

  test('serves our kinds, by kubectl too', async () => {
    const kinds = await stack.kubectl('api-resources', '-o', 'name');
    expect(kinds.split('\n')).toEqual(
      expect.arrayContaining([
        'machines.karpenter.sh',
        'nodeclaims.karpenter.sh',
        'workspaces.kaito.sh',
        'kaitonodeclasses.kaito.sh',
      ]),
    );
    await expect(stack.kubectl('get', 'namespace', 'kaito-system', '-o', 'name')).resolves.toBe(
      'namespace/kaito-system\n',
    );
    await expect(stack.kubectl('get', 'node', 'none')).rejects.toThrow(/nodes "none" not found/);
  });

  test('an annotated node becomes Ready, keeps what it is, and has a lease', async () => {
    await stack.client.create(nodes, aNode('fake', { 'kwok.x-k8s.io/node': 'fake' }));
    await waitFor('condition=Ready', 'node/fake');
    const node = await stack.client.get(nodes, { name: 'fake' });
    expect(node.status?.capacity).toEqual(resources);
    expect(node.status?.allocatable).toEqual(allocatable);
    expect(node.metadata.labels).toEqual({ pool: 'it' });
    expect(node.status?.addresses).toContainEqual({ type: 'Hostname', address: 'fake' });
    expect(node.status?.nodeInfo).toMatchObject({ operatingSystem: 'linux', architecture: 'amd64' });
    await waitFor('create', '-n', 'kube-node-lease', 'lease/fake');
  });

  test('a Deployment becomes available there, a Job completes, a deleted pod goes', async () => {
    const metadata = { name: 'it', namespace: 'default' };
    await stack.client.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 1, selector, template },
    });
    await waitFor('condition=Available', 'deployment/it');
    const { items } = await stack.client.list(pods, { namespace: 'default', labelSelector: 'app=it' });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      spec: { nodeName: 'fake' },
      status: {
        phase: 'Running',
        containerStatuses: [{ ready: true }],
        initContainerStatuses: [{ state: { terminated: { exitCode: 0 } } }],
      },
    });

    const spec = {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/job' }] } },
    };
    await stack.client.create(jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec });
    await waitFor('condition=Complete', 'job/it');

    const name = items[0]?.metadata.name ?? '';
    await stack.writePodLogs('first\nsecond\nthird\n');
    await stack.writePodLogs('out of memory\n', { previous: true });
    const read = { container: 'main', tailLines: 2, limitBytes: 1_000 };
    const pod = { name, namespace: 'default' };
    await expect(stack.client.podLogs(pod, read)).resolves.toBe('second\nthird\n');
    await expect(stack.client.podLogs(pod, { ...read, previous: true })).resolves.toBe('out of memory\n');
    await expect(stack.client.podLogs(pod, { ...read, container: 'none' })).rejects.toMatchObject({ code: 400 });
    await stack.client.delete(pods, { name, namespace: 'default' });
    await waitFor('delete', `pod/${name}`);
  });

  test('a node without the annotation is left alone', async () => {
    await stack.client.create(nodes, aNode('real', {}));
    await stack.client.create(nodes, aNode('fake-too', { 'kwok.x-k8s.io/node': 'fake' }));
    await waitFor('condition=Ready', 'node/fake-too');
    expect(isReady(await stack.client.get(nodes, { name: 'real' }))).toBe(false);
  });

  test('parts that it was not started with say so', async () => {
    expect(() => stack.emulator).toThrow(/has no emulator/);
    await expect(stack.apps.provisioner.start()).rejects.toThrow(/needs the emulator/);
    expect(stack.processes().map(({ name }) => name)).toEqual([
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
    ]);
  });
});
