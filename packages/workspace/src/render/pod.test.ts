import type { InferencePlan } from '@kaito/planner';
import { aWorkspace } from '@kaito/testing';
import {
  aCpuPlan,
  aMultiNodePlan,
  anInput,
  aPresetImagePlan,
  aTransformersPlan,
  aVllmPlan,
  settings,
} from './plans.test-data.ts';
import type { Container, PodSpec } from './pod-parts.ts';
import { renderPod } from './pod.ts';

type Changes = Parameters<typeof anInput>[1];

function podOf(plan: InferencePlan, changes?: Changes): PodSpec {
  const { spec } = renderPod(anInput(plan, changes));
  if (!spec) throw new Error('a pod without a spec');
  return spec;
}

function serverOf(plan: InferencePlan, changes?: Changes): Container {
  const [server] = podOf(plan, changes).containers;
  if (!server) throw new Error('a pod without containers');
  return server;
}

const withSecret = aWorkspace({ inference: { preset: { presetOptions: { modelAccessSecret: 'hugging-face' } } } });

describe('probes of a server', () => {
  it('give its start the time of the plan, and then judge by failures', () => {
    const { startupProbe, livenessProbe, readinessProbe } = serverOf(
      aVllmPlan({ server: { startTimeoutSeconds: 1805 } }),
    );
    expect(startupProbe).toMatchObject({
      httpGet: { path: '/health', port: 5000 },
      periodSeconds: 10,
      failureThreshold: 181,
    });
    expect(livenessProbe).toMatchObject({ httpGet: { path: '/health', port: 5000 }, failureThreshold: 3 });
    expect(livenessProbe).not.toHaveProperty('initialDelaySeconds');
    expect(readinessProbe).toMatchObject({ httpGet: { path: '/health', port: 5000 } });
  });

  it('ask the script of the image where several pods serve a copy', () => {
    const { startupProbe, livenessProbe, readinessProbe } = serverOf(aMultiNodePlan());
    const leader = '--leader-address=a-workspace-0.a-workspace-headless.default.svc';
    const script = ['python3', '/workspace/vllm/multi-node-health-check.py'];
    expect(readinessProbe?.exec?.command).toEqual([...script, 'readiness', '--vllm-port=5000', leader]);
    expect(livenessProbe?.exec?.command).toEqual([...script, 'liveness', '--ray-port=6379', leader]);
    expect(startupProbe).toMatchObject({ exec: readinessProbe?.exec, failureThreshold: 180 });
  });
});

describe('a model on CPUs', () => {
  it('asks for cores and memory, and nowhere for GPUs', () => {
    const pod = podOf(aCpuPlan(), { workspace: withSecret });
    const [server] = pod.containers;
    expect(server).toMatchObject({
      image: 'kaito/stand-in-model:0.1.0',
      ports: [{ name: 'http', containerPort: 5000 }],
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
      startupProbe: { httpGet: { path: '/health', port: 5000 }, failureThreshold: 30 },
    });
    expect(server).not.toHaveProperty('env');
    expect(pod.tolerations).toEqual([]);
    expect(JSON.stringify(pod)).not.toMatch(/gpu|nvidia|dshm/i);
    expect(podOf(aCpuPlan({ nodes: { capacityType: 'spot' } })).tolerations).toHaveLength(1);
  });

  it('is confined: another user than root, a root folder that it cannot write, and /tmp to write to', () => {
    const pod = podOf(aCpuPlan(), { settings: { ...settings, serverUser: 0 } });
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_532 });
    expect(pod.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    expect(pod.volumes).toEqual([{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }]);
    expect(pod.containers[0]?.volumeMounts).toEqual([{ name: 'tmp', mountPath: '/tmp' }]);
  });

  it('runs the image that the installation names, or the user', () => {
    const named = { settings: { ...settings, cpuServerImage: 'my.azurecr.io/stand-in-model:1' } };
    expect(serverOf(aCpuPlan(), named).image).toBe('my.azurecr.io/stand-in-model:1');
    const own = aCpuPlan({ server: { image: { origin: 'user', reference: 'mine:2' } } });
    expect(serverOf(own, named).image).toBe('mine:2');
  });
});

describe('the command', () => {
  it("is the plan's, as it stands", () => {
    expect(serverOf(aVllmPlan()).command).toEqual(aVllmPlan().server.command);
  });

  it('is chosen by the index of the pod where the first one leads', () => {
    const worker = ['run', "it's", '$HOME'];
    const { command, env } = serverOf(
      aMultiNodePlan({ server: { command: ['/bin/lead', '-a=b'], workerCommand: worker } }),
    );
    expect(command).toEqual([
      '/bin/sh',
      '-c',
      String.raw`if [ "$POD_INDEX" = "0" ]; then exec /bin/lead -a=b; else exec run 'it'\''s' '$HOME'; fi`,
    ]);
    expect(env).toContainEqual({
      name: 'POD_INDEX',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
    });
  });
});

describe('the environment', () => {
  it('has what the model needs by name, each once', () => {
    const env = { ZED: '1', ABLE: '2', CUDA_HOME: '/elsewhere' };
    expect(serverOf(aVllmPlan({ server: { env, needsCudaToolkit: true } })).env?.map(({ name }) => name)).toEqual([
      'HOME',
      'USER',
      'ABLE',
      'CUDA_HOME',
      'VLLM_USE_DEEP_GEMM',
      'VLLM_USE_FLASHINFER_SAMPLER',
      'ZED',
    ]);
  });

  it.each([
    ['must be there for a gated model', true, { name: 'hugging-face', key: 'HF_TOKEN' }],
    ['helps with any other', false, { name: 'hugging-face', key: 'HF_TOKEN', optional: true }],
  ])('has the token of the Secret, which %s', (_, gated, secretKeyRef) => {
    const { env } = serverOf(aVllmPlan({ model: { gated } }), { workspace: withSecret });
    expect(env).toContainEqual({ name: 'HF_TOKEN', valueFrom: { secretKeyRef } });
  });

  it('downloads weights from the mirror of the installation, where it downloads any', () => {
    const mirrored = { settings: { ...settings, weightsMirror: 'https://hub.example' } };
    expect(serverOf(aVllmPlan(), mirrored).env).toContainEqual({ name: 'HF_ENDPOINT', value: 'https://hub.example' });
    expect(serverOf(aPresetImagePlan(), mirrored).env).toBeUndefined();
  });

  it('has no token where weights are in the image or no Secret is named', () => {
    expect(serverOf(aPresetImagePlan(), { workspace: withSecret }).env).toBeUndefined();
    expect(serverOf(aTransformersPlan()).env).toContainEqual({ name: 'HF_HOME', value: '/workspace/weights' });
  });
});

describe('volumes', () => {
  it('limit shared memory and the room for weights', () => {
    const { volumes, containers } = podOf(aVllmPlan());
    expect(volumes).toEqual([
      { name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '2Gi' } },
      { name: 'model-weights-volume', emptyDir: { sizeLimit: '107Gi' } },
    ]);
    expect(containers[0]?.volumeMounts).toEqual([
      { name: 'dshm', mountPath: '/dev/shm' },
      { name: 'model-weights-volume', mountPath: '/workspace/weights' },
    ]);
  });

  it.each([
    ['several GPUs', aVllmPlan({ server: { gpusPerPod: 4 } })],
    ['several nodes', aMultiNodePlan()],
    ['several pods of KAITO v0.3', aPresetImagePlan({ server: { replicas: 2, podsPerCopy: 2 } })],
  ])('give more shared memory to %s', (_, plan) => {
    expect(podOf(plan).volumes?.[0]).toEqual({ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } });
  });

  it.each([
    ['KAITO v0.3', aPresetImagePlan],
    ['vLLM', aVllmPlan],
  ])('and all else of a pod of %s are the same, however many copies there are', (_, aPlan) => {
    const several = aPlan({ nodes: { count: 3 }, server: { replicas: 3, parallelism: { data: 3 } } });
    expect(podOf(several)).toEqual(podOf(aPlan()));
  });

  it('keep weights on NVMe where node and installation have it, for as long as the pod lives', () => {
    const nvme = { settings: { ...settings, nvmeStorageClass: 'kaito-local-nvme-disk' } };
    const plan = aVllmPlan({ nodes: { hasNvme: true } });
    expect(podOf(plan, nvme).volumes?.[1]).toEqual({
      name: 'model-weights-volume',
      ephemeral: {
        volumeClaimTemplate: {
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'kaito-local-nvme-disk',
            resources: { requests: { storage: '107Gi' } },
          },
        },
      },
    });
    expect(podOf(plan).volumes?.[1]).toHaveProperty('emptyDir');
    expect(podOf(aVllmPlan(), nvme).volumes?.[1]).toHaveProperty('emptyDir');
  });

  it('show local weights of the node, read-only', () => {
    const path = '/opt/kaito/models/microsoft-phi-4';
    const { volumes, containers } = podOf(aVllmPlan({ model: { id: 'Microsoft/Phi-4', weights: 'local' } }));
    expect(volumes).toContainEqual({ name: 'model-weights-hostpath', hostPath: { path, type: 'Directory' } });
    expect(containers[0]?.volumeMounts).toContainEqual({
      name: 'model-weights-hostpath',
      mountPath: path,
      readOnly: true,
    });
  });

  it('have the configuration, whose hash makes other pods of another content', () => {
    const workspace = aWorkspace({ inference: { config: 'settings' } });
    const input = anInput(aVllmPlan(), { workspace, configHash: 'abc' });
    const { metadata, spec } = renderPod(input);
    expect(metadata?.annotations).toEqual({ 'kaito.sh/config-hash': 'abc' });
    expect(spec?.volumes).toContainEqual({ name: 'config-volume', configMap: { name: 'settings' } });
    expect(spec?.containers[0]?.volumeMounts).toContainEqual({
      name: 'config-volume',
      mountPath: '/mnt/config',
      readOnly: true,
    });
  });

  it('bring the CUDA toolkit to models that compile', () => {
    const { initContainers, containers, volumes } = podOf(aVllmPlan({ server: { needsCudaToolkit: true } }));
    expect(initContainers).toEqual([
      {
        name: 'cuda-toolkit-provisioner',
        image: 'mcr.microsoft.com/aks/kaito/kaito-base:0.5.0',
        command: ['flock', '/opt/kaito/cuda/129', '/workspace/cuda-provision.sh', '/opt/kaito/cuda/129'],
        securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: false, runAsUser: 0 },
        volumeMounts: [{ name: 'cuda-toolkit-hostpath', mountPath: '/opt/kaito/cuda/129' }],
      },
    ]);
    expect(volumes).toContainEqual({
      name: 'cuda-toolkit-hostpath',
      hostPath: { path: '/opt/kaito/cuda/129', type: 'DirectoryOrCreate' },
    });
    expect(containers[0]?.env).toContainEqual({ name: 'CUDA_HOME', value: '/opt/kaito/cuda/129' });
  });
});

/** Keys and values of what a node must be. */
const expressionsOf = (pod: PodSpec) =>
  pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchExpressions?.map(
    ({ key, values }) => [key, ...(values ?? [])],
  );

describe('where pods run', () => {
  it('is on nodes of the workspace, of the size that the plan has now', () => {
    expect(expressionsOf(podOf(aVllmPlan({ nodes: { labels: { tier: 'gold', apps: 'a' } } })))).toEqual([
      ['apps', 'a'],
      ['kaito.sh/workspace', 'a-workspace'],
      ['kaito.sh/workspacenamespace', 'default'],
      ['node.kubernetes.io/instance-type', 'Standard_NC24ads_A100_v4'],
      ['tier', 'gold'],
    ]);
  });

  it("is what the user's labels say on nodes that users bring", () => {
    const brought = { mode: 'brought', podNodeLabels: {} } as const;
    expect(expressionsOf(podOf(aVllmPlan(), brought))).toEqual([['apps', 'a-workspace']]);
    const plan = aVllmPlan();
    const anywhere = { ...plan, nodes: { ...plan.nodes, labels: {} } };
    expect(podOf(anywhere, brought).affinity).toBeUndefined();
  });

  it('is a node for each, where that many were made', () => {
    const apart = podOf(aMultiNodePlan()).affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    expect(apart).toEqual([
      {
        labelSelector: { matchLabels: { 'kaito.sh/workspace': 'a-workspace' } },
        topologyKey: 'kubernetes.io/hostname',
      },
    ]);
    // Two would fit on a node of two GPUs, and none beside another that takes all.
    const roomy = { nodes: { gpus: 2 } };
    expect(podOf(aVllmPlan(roomy)).affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual(
      apart,
    );
    expect(podOf(aVllmPlan()).affinity?.podAntiAffinity).toBeUndefined();
    expect(podOf(aMultiNodePlan(), { mode: 'brought' }).affinity?.podAntiAffinity).toBeUndefined();
  });

  it('may be spot machines only where spot was asked for', () => {
    const spot = {
      key: 'kubernetes.azure.com/scalesetpriority',
      operator: 'Equal',
      value: 'spot',
      effect: 'NoSchedule',
    };
    expect(podOf(aVllmPlan()).tolerations).not.toContainEqual(spot);
    expect(podOf(aVllmPlan({ nodes: { capacityType: 'spot' } })).tolerations).toContainEqual(spot);
  });

  it("is a slice of a GPU, or some of a node's, where a partition was asked for", () => {
    const slice = podOf(aVllmPlan({ server: { partition: { mode: 'mig', profile: '1g.10gb' } } }));
    const gpus = { 'nvidia.com/mig-1g.10gb': '1' };
    expect(slice.containers[0]?.resources).toEqual({ requests: gpus, limits: gpus });
    expect(slice.tolerations).toContainEqual({
      key: 'nvidia.com/mig-1g.10gb',
      operator: 'Exists',
      effect: 'NoSchedule',
    });
    const some = serverOf(aVllmPlan({ server: { gpusPerPod: 2, partition: { mode: 'accelerator' } } }));
    expect(some.resources?.limits).toEqual({ 'nvidia.com/gpu': '2' });
  });
});

describe('a pod', () => {
  it('gets no token of the API, no variables of Services and no privileges', () => {
    expect(podOf(aVllmPlan())).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(serverOf(aVllmPlan()).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('runs as nobody where the image is known to allow it, with a home to write to', () => {
    const user = { runAsNonRoot: true, runAsUser: 65_534, runAsGroup: 65_534, fsGroup: 65_534 };
    for (const plan of [aVllmPlan(), aTransformersPlan(), aMultiNodePlan()]) {
      expect(podOf(plan).securityContext).toMatchObject(user);
      expect(serverOf(plan).env).toContainEqual({ name: 'HOME', value: '/tmp' });
    }
  });

  it.each([
    ['an image of KAITO v0.3', aPresetImagePlan(), {}],
    ['an image of a user', aVllmPlan({ server: { image: { origin: 'user', reference: 'example.com/a:1' } } }), {}],
    ['weights that lie on the node', aVllmPlan({ model: { weights: 'local' } }), {}],
    ['an installation that wants it so', aVllmPlan(), { settings: { ...settings, serverUser: 0 } }],
  ])('runs as the image says for %s', (_, plan, change) => {
    expect(podOf(plan, change).securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' } });
    expect(serverOf(plan, change).env ?? []).not.toContainEqual({ name: 'HOME', value: '/tmp' });
  });

  it('that goes serves on while its endpoint is taken away', () => {
    expect(serverOf(aVllmPlan()).lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(podOf(aVllmPlan()).terminationGracePeriodSeconds).toBe(60);
  });

  it('runs a private image as it is named, and pulls with each Secret once', () => {
    const image = { origin: 'user', reference: 'example.azurecr.io/phi:1' } as const;
    const pod = podOf(aPresetImagePlan({ server: { image, pullSecrets: ['a', 'b', 'a'] } }));
    expect(pod.containers[0]?.image).toBe('example.azurecr.io/phi:1');
    expect(pod.imagePullSecrets).toEqual([{ name: 'a' }, { name: 'b' }]);
  });
});
