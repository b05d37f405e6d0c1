import { join } from 'node:path';
import { jest } from '@jest/globals';
import {
  customResourceDefinitions,
  deployments,
  ignoreNotFound,
  namespaces,
  nodes,
  RELEASE_ANNOTATION,
  validatingWebhookConfigurations,
} from '@kaito/kube';
import { aNode, eventually, useStack } from '@kaito/testing';
import { applyObjects, isHook, podOf, runCrdHook } from './apply.ts';
import { azureValues, chartFolder, helm, render, setting, type Rendered } from './helm.ts';
import { actAs } from './service-account.ts';
import { valueSets } from './value-sets.ts';

jest.setTimeout(120_000);

// kwok plays the nodes: the controllers of the charts only seem to run.
const stack = useStack({ emulator: false, workspace: false });
/** Every pod in it must satisfy the Pod Security Standard "restricted". */
const locked = 'locked';
const releases = { 'gpu-provisioner': azureValues, workspace: ['nvidiaDevicePlugin.enabled=false'] } as const;
type ChartName = keyof typeof releases;
const chartNames = ['gpu-provisioner', 'workspace'] as const;

async function definitionNames(): Promise<readonly string[]> {
  const { items } = await stack().client.list(customResourceDefinitions);
  return items.map(({ metadata }) => metadata.name);
}

/** The kinds of the Prometheus operator, with as much of a schema as is needed to store them. */
const monitoringKinds = ['ServiceMonitor', 'PrometheusRule'].map(kind => {
  const plural = `${kind.toLowerCase()}s`;
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
});

beforeAll(async () => {
  const { client } = stack();
  const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await client.create(namespaces, { metadata: { name: locked, labels: enforced } });
  await applyObjects(stack(), monitoringKinds);
  await client.create(nodes, aNode({ metadata: { name: 'system', labels: { 'kubernetes.io/os': 'linux' } } }));
}, 60_000);

test.each(valueSets)('%s with %s: the API server accepts every object', async (chart, _, values) => {
  const objects = await render(chart, { namespace: locked, values });
  const answer = await eventually(() => applyObjects(stack(), objects, '--dry-run=server'));
  expect(answer.trim().split('\n')).toHaveLength(objects.length);
});

test.each(chartNames)('%s: its pods satisfy the Pod Security Standard "restricted"', async chart => {
  const objects = await render(chart, { namespace: locked, values: releases[chart] });
  const templates = objects.map(podOf).filter(pod => pod !== undefined);
  expect(templates.map(({ metadata }) => metadata.name)).toHaveLength(3);
  // The service accounts are not there yet; admission looks for them first.
  const pods = templates.map(({ spec, ...pod }) => ({ ...pod, spec: { ...spec, serviceAccountName: 'default' } }));
  const answer = await applyObjects(stack(), pods, '--dry-run=server');
  expect(answer.match(/created/g)).toHaveLength(pods.length);
});

const install = (chart: ChartName, ...args: readonly string[]): Promise<string> =>
  helm(
    [
      'upgrade',
      '--install',
      chart,
      chartFolder(chart),
      '-n',
      chart,
      '--create-namespace',
      '--wait',
      ...setting(releases[chart]),
      ...args,
    ],
    stack().kubeconfig,
  );

const uninstall = (chart: ChartName): Promise<string> =>
  helm(['uninstall', chart, '-n', chart, '--wait'], stack().kubeconfig);

const readyReplicas = async (chart: ChartName): Promise<number | undefined> => {
  const found = await ignoreNotFound(stack().client.get(deployments, { name: chart, namespace: chart }));
  return found?.status?.readyReplicas;
};

test.each([
  ['gpu-provisioner', 'workspace'],
  ['workspace', 'gpu-provisioner'],
] as const)('%s first, then %s: installed, upgraded and uninstalled, and the CRDs stay', async (first, second) => {
  const before = await definitionNames();
  const notes = [await install(first), await install(second)];
  expect(notes.join('\n')).toContain('rollout status deployment/gpu-provisioner');
  expect(notes.join('\n')).toContain('kubectl apply -f examples/');
  expect([await readyReplicas(first), await readyReplicas(second)]).toEqual([2, 2]);
  // An upgrade that changes something leaves what the controller has written into the configuration of the webhook.
  const name = 'validation.workspace.kaito.sh';
  const patch = [{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: 'Y2E=' }];
  await stack().client.patch(validatingWebhookConfigurations, { name }, patch, { type: 'json' });
  await install(first, '--set', 'podAnnotations.changed=yes');
  await install(second, '--set', 'podAnnotations.changed=yes');
  const { webhooks } = await stack().client.get(validatingWebhookConfigurations, { name });
  expect(webhooks?.[0]?.clientConfig.caBundle).toBe('Y2E=');
  await uninstall(first);
  expect(await readyReplicas(second)).toBe(2);
  await uninstall(second);
  expect(await definitionNames()).toEqual(before);
  const left = await stack().kubectl(
    'get',
    'clusterroles,clusterrolebindings',
    '-l',
    'app.kubernetes.io/part-of=kaito',
    '-o',
    'name',
  );
  expect(left).toBe('');
});

const release = '0.1.0';
const releaseOf = async (name: string): Promise<string | undefined> =>
  (await stack().client.get(customResourceDefinitions, { name })).metadata.annotations?.[RELEASE_ANNOTATION];

/** Runs the hook of a chart with the rights that its service account has. */
async function runHook(chart: ChartName, ...values: readonly string[]): Promise<string> {
  const { client, kubeconfig, dataDir } = stack();
  const objects = await render(chart, { namespace: 'default', values: [...releases[chart], ...values] });
  const rights = objects.filter(object => isHook(object) && !['Job', 'Pod'].includes(object.kind));
  await applyObjects(stack(), rights);
  const name = rights.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name ?? '';
  const file = join(dataDir, `${chart}-crds.kubeconfig`);
  return runCrdHook(chart, objects, await actAs(client, { namespace: 'default', name, from: kubeconfig, file }));
}

describe('the hook that installs CRDs', () => {
  test.each(chartNames)(
    '%s: installs what is missing and upgrades what is there, with its own rights only',
    async chart => {
      const { client } = stack();
      const missing = chart === 'workspace' ? 'workspaces.kaito.sh' : 'kaitonodeclasses.kaito.sh';
      await client.delete(customResourceDefinitions, { name: missing });
      await eventually(async () => expect(await definitionNames()).not.toContain(missing));
      const said = await runHook(chart);
      expect(said).toContain(`applying ${missing}: it is not there`);
      expect(said).toContain('machines.karpenter.sh');
      expect(await releaseOf(missing)).toBe(release);
      expect(await runHook(chart)).toContain(`applying ${missing}: it is of release ${release}`);
    },
  );

  test('leaves those of a newer release and of Karpenter alone, unless it is told to take the latter over', async () => {
    const { client } = stack();
    const [machine, claim] = [{ name: 'machines.karpenter.sh' }, { name: 'nodeclaims.karpenter.sh' }];
    await client.patch(customResourceDefinitions, machine, {
      metadata: { annotations: { [RELEASE_ANNOTATION]: '9.0.0' } },
    });
    const foreign = { annotations: { [RELEASE_ANNOTATION]: null }, labels: { 'app.kubernetes.io/part-of': null } };
    await client.patch(customResourceDefinitions, claim, { metadata: foreign });
    const said = await runHook('gpu-provisioner');
    expect(said).toContain('keeping machines.karpenter.sh: it is of the newer release 9.0.0');
    expect(said).toContain('keeping nodeclaims.karpenter.sh: it is of another owner, and serves what is needed');
    expect(await releaseOf(claim.name)).toBeUndefined();
    await runHook('gpu-provisioner', 'crds.force=true');
    expect(await releaseOf(claim.name)).toBe(release);
    expect(await releaseOf(machine.name)).toBe('9.0.0');
  });
});

test('inference pods are protected in each namespace that is named', async () => {
  const values = ['inferenceNetworkPolicy.namespaces={default,locked}'];
  const objects: readonly Rendered[] = await render('workspace', { namespace: locked, values });
  const policies = objects.filter(
    ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith('-inference'),
  );
  expect(policies.map(({ metadata }) => metadata.namespace)).toEqual(['default', 'locked']);
});
