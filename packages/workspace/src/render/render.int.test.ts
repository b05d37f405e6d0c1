import type { Workspace } from '@kaito/crds';
import {
  applyIfChanged,
  collectionPath,
  namespaces,
  services,
  statefulSets,
  type KubeObject,
  type Resource,
  type StatefulSet,
} from '@kaito/kube';
import type { InferencePlan } from '@kaito/planner';
import { aWorkspace, useStack } from '@kaito/testing';
import { jest } from '@jest/globals';
import { catalogueInputs } from './catalogue.test-data.ts';
import { fieldManager } from './ownership.ts';
import {
  aCpuPlan,
  aMultiNodePlan,
  anInput,
  aPresetImagePlan,
  aTemplatePlan,
  aTransformersPlan,
  aVllmPlan,
  settings,
  templateWorkspace,
} from './plans.test-data.ts';
import type { RenderInput } from './render-input.ts';
import { renderWorkload } from './workload.ts';

jest.setTimeout(90_000);

const stack = useStack({
  kwok: false,
  emulator: false,
  controllerManager: false,
  provisioner: false,
  workspace: false,
});

const adapters: InferencePlan['adapters'] = [
  { name: 'from-image.v1', image: 'example.azurecr.io/one:1', pullSecrets: ['pull'], strength: '0.5' },
  { name: 'from-volume', volumeSource: { persistentVolumeClaim: { claimName: 'two' } }, pullSecrets: [] },
];
const withConfig = aWorkspace({
  metadata: { uid: '1' },
  inference: { config: 'settings', preset: { presetOptions: { modelAccessSecret: 'token' } } },
});
const image = { origin: 'user', reference: 'example.azurecr.io/phi:1' } as const;
const nvme = { ...settings, nvmeStorageClass: 'kaito-local-nvme-disk' };
const pending = { creationTimestamp: null };
const custom = {
  metadata: { ...pending, labels: { app: 'mine' } },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'example.azurecr.io/server:1',
        env: [{ name: 'A', value: '1' }],
        ports: [{ containerPort: 8000 }],
      },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
        },
      },
    },
  },
};

/** A spread of plans. Those whose pods mount a folder of their node are beyond every Pod Security Standard but the privileged one. */
const plain: Readonly<Record<string, RenderInput>> = {
  'vLLM on one node': anInput(aVllmPlan({ model: { gated: true } }), { workspace: withConfig, configHash: 'abc' }),
  'vLLM on several nodes': anInput(aMultiNodePlan()),
  'vLLM on NVMe': anInput(aVllmPlan({ nodes: { hasNvme: true } }), { settings: nvme }),
  'spot machines': anInput(aVllmPlan({ nodes: { capacityType: 'spot' } })),
  'a slice of a brought GPU': anInput(
    aVllmPlan({ nodes: { instanceType: '' }, server: { partition: { mode: 'mig', profile: '1g.10gb' } } }),
    { mode: 'brought', podNodeLabels: {} },
  ),
  transformers: anInput(aTransformersPlan({ adapters })),
  'an image of KAITO v0.3': anInput(aPresetImagePlan({ adapters, server: { replicas: 2 } })),
  'a private image': anInput(aPresetImagePlan({ server: { image, pullSecrets: ['pull'] } })),
  'a model on CPUs': anInput(aCpuPlan()),
  'adapters as image volumes': anInput(aVllmPlan({ adapters }), {
    settings: { ...settings, adapterSource: 'imageVolume' },
  }),
};
const onNode: Readonly<Record<string, RenderInput>> = {
  'local weights': anInput(aVllmPlan({ model: { weights: 'local' } })),
  'the CUDA toolkit': anInput(aVllmPlan({ server: { needsCudaToolkit: true } })),
};
const template: Readonly<Record<string, RenderInput>> = {
  'a template': anInput(aTemplatePlan(), { workspace: templateWorkspace(custom) }),
};

let made = 0;

/** The same for a workspace of another name. */
function renamed(input: RenderInput, name = `w${(made += 1)}`): RenderInput {
  const workspace: Workspace = { ...input.workspace, metadata: { ...input.workspace.metadata, name } };
  return { ...input, workspace };
}

/** Applies an object as the controller does. */
async function apply<T extends KubeObject>(
  resource: Resource<T>,
  desired: T,
  live?: T,
): Promise<{ object: T; changed: boolean }> {
  return applyIfChanged<T>(stack().client, { get: () => live }, resource, desired, { fieldManager });
}

/** @throws what the API server has against the object */
async function tryOut(resource: Resource, object: KubeObject): Promise<void> {
  const path = `${collectionPath(resource, object.metadata.namespace)}?dryRun=All`;
  expect(await stack().client.raw('POST', path, object)).toMatchObject({ kind: object.kind });
}

describe('a rendered workload', () => {
  it.each(Object.entries({ ...plain, ...onNode, ...template }))(
    'is accepted, and is then as wanted: %s',
    async (_, input) => {
      const { statefulSet, services: both } = renderWorkload(renamed(input));
      const set = await apply(statefulSets, statefulSet);
      expect((await apply(statefulSets, statefulSet, set.object)).changed).toBe(false);
      const again = await apply(statefulSets, statefulSet);
      expect(again.object.metadata.resourceVersion).toBe(set.object.metadata.resourceVersion);
      for (const service of both) {
        const first = await apply(services, service);
        expect((await apply(services, service, first.object)).changed).toBe(false);
        expect((await apply(services, service)).object.metadata.resourceVersion).toBe(
          first.object.metadata.resourceVersion,
        );
      }
    },
  );

  it('is accepted for every model of the catalogue', async () => {
    const inputs = catalogueInputs();
    expect(inputs.length).toBeGreaterThanOrEqual(60);
    for (const input of inputs) {
      const { statefulSet, services: both } = renderWorkload(renamed(input));
      await tryOut(statefulSets, statefulSet);
      for (const service of both) await tryOut(services, service);
    }
  });

  it('can be changed into any other', async () => {
    for (const input of Object.values({ ...plain, ...onNode, ...template, back: anInput(aVllmPlan()) })) {
      const { statefulSet } = renderWorkload(renamed(input, 'edited'));
      const { object } = await apply(statefulSets, statefulSet);
      expect((await apply(statefulSets, statefulSet, object)).changed).toBe(false);
      expect(volumesOf(object)).toEqual(volumesOf(statefulSet));
    }
  });

  it('can be published on a load balancer and taken back', async () => {
    const lb = { annotations: { 'kaito.sh/enablelb': 'True' } };
    const types: (string | undefined)[] = [];
    for (const metadata of [{}, lb, {}]) {
      const [service] = renderWorkload(renamed(anInput(aVllmPlan(), { metadata }), 'published')).services;
      if (service) types.push((await apply(services, service)).object.spec?.type);
    }
    expect(types).toEqual(['ClusterIP', 'LoadBalancer', 'ClusterIP']);
  });
});

/** Names of the volumes of its pods, sorted. */
function volumesOf({ spec }: StatefulSet): readonly string[] {
  return (spec?.template.spec?.volumes ?? []).map(({ name }) => name).toSorted();
}

/** Asks the API server whether a pod of the StatefulSet would be let in. */
async function admit({ spec }: StatefulSet, namespace: string): Promise<string> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...spec?.template.metadata, name: 'p' },
    spec: spec?.template.spec,
  };
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  return stack()
    .client.raw('POST', path, pod)
    .then(() => 'admitted', String);
}

describe('pod security', () => {
  const levels = ['baseline', 'restricted'] as const;
  beforeAll(async () => {
    for (const name of levels) {
      const labels = { 'pod-security.kubernetes.io/enforce': name };
      await stack().client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    }
  });

  const ofV03 = ['an image of KAITO v0.3', 'a private image'];
  const entries = Object.entries(plain);

  it.each(entries.filter(([name]) => !ofV03.includes(name)))('is restricted: %s', async (_, input) => {
    expect(await admit(renderWorkload(input).statefulSet, 'restricted')).toBe('admitted');
  });

  it.each(entries.filter(([name]) => ofV03.includes(name)))(
    'is restricted but for the user that the image sets: %s',
    async (_, input) => {
      const { statefulSet } = renderWorkload(input);
      expect(await admit(statefulSet, 'baseline')).toBe('admitted');
      const refusal = await admit(statefulSet, 'restricted');
      expect(refusal).toMatch(/violates PodSecurity "restricted:latest": runAsNonRoot != true \([^)]*\)$/);
    },
  );

  it('is restricted for every model of the catalogue that today’s image serves', async () => {
    const inputs = catalogueInputs().filter(isServedToday);
    expect(inputs.length).toBeGreaterThanOrEqual(50);
    for (const input of inputs) expect(await admit(renderWorkload(input).statefulSet, 'restricted')).toBe('admitted');
  });

  it.each(Object.entries(onNode))('needs a folder of the node beside that: %s', async (_, input) => {
    const refusal = await admit(renderWorkload(input).statefulSet, 'baseline');
    expect(refusal).toMatch(/violates PodSecurity "baseline:latest": hostPath volumes \([^)]*\)$/);
  });
});

/** Models that compile need the CUDA toolkit, which is kept on the node. */
function isServedToday({ plan }: RenderInput): boolean {
  return plan.job === 'inference' && plan.server.runtime !== 'preset-image' && !plan.server.needsCudaToolkit;
}
