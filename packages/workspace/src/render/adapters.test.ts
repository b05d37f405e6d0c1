import type { PlannedAdapter } from '@kaito/planner';
import { adapterParts } from './adapters.ts';
import { anInput, aPresetImagePlan, aVllmPlan } from './plans.test-data.ts';
import { renderPod } from './pod.ts';

const fromImage: PlannedAdapter = { name: 'phi-3-adapter', image: 'example.azurecr.io/adapter:1', pullSecrets: [] };
const fromVolume: PlannedAdapter = {
  name: 'kept',
  volumeSource: { persistentVolumeClaim: { claimName: 'adapters' } },
  pullSecrets: [],
};

/** Environment of a server with an adapter of the strength. */
const environmentWith = (strength: string | undefined) => {
  const adapter = { ...fromImage, ...(strength !== undefined && { strength }) };
  const plan = aPresetImagePlan({ adapters: [adapter] });
  return renderPod(anInput(plan)).spec?.containers[0]?.env;
};

describe('adapters', () => {
  it('are copied out of their images before the server starts', () => {
    const { initContainers, volumes } = adapterParts([fromImage], 'initContainer', []);
    expect(initContainers).toMatchObject([
      {
        name: 'phi-3-adapter',
        image: 'example.azurecr.io/adapter:1',
        command: ['/bin/sh', '-c', 'mkdir -p /mnt/adapter/phi-3-adapter && cp -r /data/* /mnt/adapter/phi-3-adapter'],
        volumeMounts: [{ name: 'adapter-volume', mountPath: '/mnt/adapter' }],
      },
    ]);
    expect(volumes).toEqual([
      {
        volume: { name: 'adapter-volume', emptyDir: {} },
        mount: { name: 'adapter-volume', mountPath: '/mnt/adapter' },
      },
    ]);
  });

  it('are mounted as images where nothing in the image can copy', () => {
    const { initContainers, volumes } = adapterParts([fromImage], 'imageVolume', []);
    expect(initContainers).toEqual([]);
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

  it.each(['initContainer', 'imageVolume'] as const)(
    'on volumes are mounted as the user wrote them, with %s',
    source => {
      const { initContainers, volumes } = adapterParts([fromVolume], source, []);
      expect(initContainers).toEqual([]);
      expect(volumes).toEqual([
        {
          volume: { name: 'adapter-volume-kept', persistentVolumeClaim: { claimName: 'adapters' } },
          mount: { name: 'adapter-volume-kept', mountPath: '/mnt/adapter/kept', readOnly: true },
        },
      ]);
    },
  );

  it('may have names that containers and volumes cannot, or that are taken', () => {
    const long = `${'a'.repeat(80)}.b`;
    const adapters = [long, `${long}c`, 'server', 'x.y', 'x-y'].map(name => ({ ...fromImage, name }));
    const copied = adapterParts(adapters, 'initContainer', ['server']).initContainers.map(({ name }) => name);
    const mounted = adapterParts(adapters, 'imageVolume', []).volumes.map(({ volume }) => volume.name);
    for (const names of [copied, mounted]) {
      expect(new Set([...names, 'server']).size).toBe(adapters.length + 1);
      for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }
  });

  it('have their strength in the environment where the server knows strengths', () => {
    expect(environmentWith('0.5')).toEqual([{ name: 'phi-3-adapter', value: '0.5' }]);
    expect(environmentWith(undefined)).toBeUndefined();
  });

  it('share a pod, wherever they come from', () => {
    const spec = renderPod(anInput(aVllmPlan({ adapters: [fromImage, fromVolume] }))).spec;
    expect(spec?.initContainers?.map(({ name }) => name)).toEqual(['phi-3-adapter']);
    expect(spec?.containers[0]?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      '/dev/shm',
      '/workspace/weights',
      '/mnt/adapter',
      '/mnt/adapter/kept',
    ]);
  });
});
