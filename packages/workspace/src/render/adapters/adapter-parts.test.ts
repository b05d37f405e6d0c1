import type { ConfigMap } from '@kaito/kube';
import type { InferencePlan, PlannedAdapter } from '@kaito/planner';
import type { Container } from '../pod-parts.ts';
import {
  aMultiNodePlan,
  anInput,
  aPresetImagePlan,
  aTransformersPlan,
  aVllmPlan,
  settings,
} from '../plans.test-data.ts';
import { renderPod } from '../pod.ts';
import type { RenderInput } from '../render-input.ts';
import { renderWorkload } from '../workload.ts';
import { adapterParts, type AdapterParts } from './adapter-parts.ts';
import { keepAdaptersScript } from './keep-adapters-script.ts';
import { pullAdaptersScript } from './pull-adapters-script.ts';

const fromImage: PlannedAdapter = { name: 'phi-3-adapter', image: 'example.azurecr.io/adapter:1', pullSecrets: [] };
const fromVolume: PlannedAdapter = {
  name: 'kept',
  volumeSource: { persistentVolumeClaim: { claimName: 'adapters' } },
  pullSecrets: [],
};
const mounting = { settings: { ...settings, adapterSource: 'imageVolume' } } as const;

function partsOf(
  adapters: readonly PlannedAdapter[],
  { of = aVllmPlan, ...changes }: Partial<RenderInput> & { readonly of?: typeof aVllmPlan } = {},
): AdapterParts {
  return adapterParts(anInput(of({ adapters: [...adapters] }), changes));
}

const valuesOf = ({ env = [] }: Container): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(env.map(({ name, value }) => [name, value]));

/** Environment of a server with an adapter of the strength. */
const environmentWith = (strength: string | undefined) => {
  const adapter = { ...fromImage, ...(strength !== undefined && { strength }) };
  const plan = aPresetImagePlan({ adapters: [adapter] });
  return renderPod(anInput(plan)).spec?.containers[0]?.env;
};

function listOf(...adapters: readonly PlannedAdapter[]): ConfigMap | undefined {
  return renderWorkload(anInput(aVllmPlan({ adapters: [...adapters] }))).adapterList;
}

function volumesOf(...adapters: readonly (PlannedAdapter | undefined)[]): AdapterParts['ownVolumes'] {
  return partsOf(adapters.filter(one => one !== undefined)).ownVolumes;
}

const fileOf = (secret: string) => [{ key: '.dockerconfigjson', path: `${secret}.json` }];

describe('adapters from images', () => {
  it('of a server that loads them while it runs are kept by a sidecar, as a list says that is no part of the pod', () => {
    const {
      initContainers: [sidecar],
      volumes,
      ownVolumes,
      env,
    } = partsOf([fromImage]);
    expect(sidecar).toMatchObject({
      name: 'adapters',
      command: ['/bin/sh', '-c', keepAdaptersScript],
      restartPolicy: 'Always',
      readinessProbe: { exec: { command: ['/bin/sh', '-c', expect.stringContaining('is not loaded')] } },
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
    });
    expect(sidecar && valuesOf(sidecar)).toMatchObject({
      ADAPTER_LIST: '/mnt/kaito/adapters',
      STORE_DIR: '/mnt/adapter-store',
      SERVER: 'http://127.0.0.1:5000',
    });
    expect(JSON.stringify(renderPod(anInput(aVllmPlan({ adapters: [fromImage] }))))).not.toMatch(/phi-3-adapter/);
    const store = { name: 'adapter-volume', mountPath: '/mnt/adapter-store', readOnly: true };
    expect(volumes).toEqual([{ volume: { name: 'adapter-volume', emptyDir: {} }, mount: store }]);
    expect(ownVolumes).toContainEqual({ name: 'adapter-list', configMap: { name: 'a-workspace-adapters' } });
    expect(env).toEqual([
      { name: 'VLLM_ALLOW_RUNTIME_LORA_UPDATING', value: 'True' },
      { name: 'VLLM_RUNTIME_LORA_ALLOWED_PATH_PREFIXES', value: '/mnt/adapter-store' },
    ]);
  });

  it('are in a list of their own, by name', () => {
    const other = { ...fromImage, name: 'another', image: 'example.com/b@sha256:0' };
    expect(listOf(fromImage, fromVolume, other)).toMatchObject({
      metadata: { name: 'a-workspace-adapters', ownerReferences: [{ kind: 'Workspace', controller: true }] },
      data: { adapters: 'another\texample.com/b@sha256:0\nphi-3-adapter\texample.azurecr.io/adapter:1\n' },
    });
    expect(listOf(other, fromImage)).toEqual(listOf(fromImage, other));
    expect(listOf(fromVolume)).toBeUndefined();
  });

  it.each([
    ['transformers', aTransformersPlan],
    ['an image of KAITO v0.3', aPresetImagePlan],
  ])('of %s are there before the server starts', (_, of) => {
    const { initContainers, volumes, env } = partsOf([fromImage], { of });
    expect(initContainers).toMatchObject([{ name: 'adapters', command: ['/bin/sh', '-c', pullAdaptersScript] }]);
    expect(initContainers.flatMap(container => Object.keys(container))).not.toContain('restartPolicy');
    expect(initContainers.map(valuesOf)).toMatchObject([
      { ADAPTERS: 'phi-3-adapter\texample.azurecr.io/adapter:1\n', STORE_DIR: '/mnt/adapter' },
    ]);
    expect(volumes.map(({ mount }) => mount)).toEqual([{ name: 'adapter-volume', mountPath: '/mnt/adapter' }]);
    expect(env).toEqual([]);
    expect(renderWorkload(anInput(of({ adapters: [fromImage] }))).adapterList).toBeUndefined();
  });

  it('tell which pod of several the server is in that has the API', () => {
    const [sidecar] = partsOf([fromImage], { of: aMultiNodePlan }).initContainers;
    expect(sidecar?.env).toContainEqual({ name: 'PODS_PER_COPY', value: '2' });
    expect(sidecar?.env?.find(({ name }) => name === 'POD_INDEX')?.valueFrom).toBeDefined();
    const [single] = partsOf([fromImage]).initContainers;
    expect(single && valuesOf(single)).not.toHaveProperty('PODS_PER_COPY');
  });

  it('are pulled with the Secrets that they name, whatever their order', () => {
    const [a, b] = ['a', 'b'].map(name => ({ ...fromImage, name, pullSecrets: [`${name}-pull`, 'common'] }));
    const sources = ['a-pull', 'b-pull', 'common'].map(name => ({ secret: { name, items: fileOf(name) } }));
    expect(volumesOf(a, b)).toContainEqual({ name: 'pull-secrets', projected: { sources } });
    expect(volumesOf(b, a)).toEqual(volumesOf(a, b));
  });

  it('are mounted where nodes can mount images', () => {
    const { initContainers, volumes, env } = partsOf([fromImage], mounting);
    expect([initContainers, env]).toEqual([[], []]);
    expect(volumes).toEqual([
      {
        volume: { name: 'adapter-volume-phi-3-adapter', image: { reference: 'example.azurecr.io/adapter:1' } },
        mount: {
          name: 'adapter-volume-phi-3-adapter',
          mountPath: '/mnt/adapter/phi-3-adapter',
          subPath: 'data',
          readOnly: true,
        },
      },
    ]);
  });

  it('may have names that volumes cannot', () => {
    const long = `${'a'.repeat(80)}.b`;
    const adapters = [long, `${long}c`, 'server', 'x.y', 'x-y'].map(name => ({ ...fromImage, name }));
    const names = partsOf(adapters, mounting).volumes.map(({ volume }) => volume.name);
    expect(new Set(names).size).toBe(adapters.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it('are brought by a container of another name than the server', () => {
    const plan: InferencePlan = aVllmPlan({ adapters: [fromImage] });
    const { spec } = renderPod(anInput(plan, { metadata: { name: 'adapters' } }));
    const names = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name);
    expect(names).toEqual(['adapter-files', 'adapters']);
  });
});

describe('adapters', () => {
  it.each([{}, mounting])('on volumes are mounted as the user wrote them, %#', changes => {
    const { initContainers, volumes } = partsOf([fromVolume], changes);
    expect(initContainers).toEqual([]);
    expect(volumes).toEqual([
      {
        volume: { name: 'adapter-volume-kept', persistentVolumeClaim: { claimName: 'adapters' } },
        mount: { name: 'adapter-volume-kept', mountPath: '/mnt/adapter/kept', readOnly: true },
      },
    ]);
  });

  it('have their strength in the environment where the server knows strengths', () => {
    expect(environmentWith('0.5')).toEqual([{ name: 'phi-3-adapter', value: '0.5' }]);
    expect(environmentWith(undefined)).toBeUndefined();
  });

  it('share a pod, wherever they come from', () => {
    const { spec } = renderPod(anInput(aVllmPlan({ adapters: [fromImage, fromVolume] })));
    const { initContainers = [], containers = [], volumes = [] } = spec ?? {};
    expect(initContainers.map(({ name }) => name)).toEqual(['adapters']);
    expect(containers[0]?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      '/dev/shm',
      '/workspace/weights',
      '/mnt/adapter-store',
      '/mnt/adapter/kept',
    ]);
    const names = volumes.map(({ name }) => name);
    const mounts = [...initContainers, ...containers].flatMap(({ volumeMounts = [] }) => volumeMounts);
    for (const { name } of mounts) expect(names).toContain(name);
  });
});
