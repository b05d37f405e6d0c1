import type { InferencePlan } from '@kaito/planner';
import { resourceOf } from '../nodes/node-progress.ts';
import { adapterParts } from './adapters/adapter-parts.ts';
import { presetAffinity } from './affinity.ts';
import { podCommand } from './command.ts';
import { environment } from './environment.ts';
import type { Container, MountedVolume, PodSpec, PodTemplateSpec } from './pod-parts.ts';
import { probes } from './probes.ts';
import { imageReference } from './image-reference.ts';
import type { RenderInput } from './render-input.ts';
import { confinedPod, confinedRoot, confinedServer } from './security.ts';
import { tolerations } from './tolerations.ts';
import { cudaHome, cudaVolumeName, serverVolumes } from './volumes.ts';
import { workloadLabels } from './workload-labels.ts';

/** On pods: hash of the configuration that they were started with, so that another content makes other pods. */
export const configHashAnnotation = 'kaito.sh/config-hash';

const cudaContainerName = 'cuda-toolkit-provisioner';
/** A pod that goes still answers while endpoints and load balancers learn of it, and then has time to finish what it is at. */
const lastCallSeconds = 5;
const terminationGracePeriodSeconds = 60;

/** The pods that serve a model. */
export function renderPod(input: RenderInput<InferencePlan>): PodTemplateSpec {
  const { workspace, configHash } = input;
  const readsConfig = configHash !== undefined && input.plan.server.runtime !== 'preset-image';
  return {
    metadata: {
      labels: workloadLabels(workspace),
      ...(readsConfig && { annotations: { [configHashAnnotation]: configHash } }),
    },
    spec: podSpec(input),
  };
}

function podSpec(input: RenderInput<InferencePlan>): PodSpec {
  const { plan } = input;
  const adapters = adapterParts(input);
  const mounted = [...serverVolumes(input), ...adapters.volumes];
  const volumes = [...mounted.map(({ volume }) => volume), ...adapters.ownVolumes];
  const affinity = presetAffinity(input);
  const initContainers = [...cudaToolkit(input), ...adapters.initContainers];
  const pullSecrets = [...new Set(plan.server.pullSecrets)];
  return {
    ...(affinity && { affinity }),
    tolerations: tolerations(plan),
    // A model needs no access to the API, and variables of Services would be taken for settings: vLLM reads VLLM_PORT.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: confinedPod(input),
    terminationGracePeriodSeconds,
    ...(initContainers.length > 0 && { initContainers }),
    containers: [serverContainer(input, mounted)],
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map(name => ({ name })) }),
    ...(volumes.length > 0 && { volumes }),
  };
}

function serverContainer(input: RenderInput<InferencePlan>, mounted: readonly MountedVolume[]): Container {
  const { workspace, plan, settings } = input;
  const { server } = plan;
  const env = environment(input);
  const name = server.runtime === 'preset-image' ? {} : { name: 'http' };
  return {
    name: workspace.metadata.name,
    image: imageReference(server.image, settings),
    command: podCommand(server),
    ports: [{ ...name, containerPort: server.port, protocol: 'TCP' }],
    ...(env.length > 0 && { env }),
    resources: resources(plan),
    ...probes(workspace, server),
    lifecycle: { preStop: { sleep: { seconds: lastCallSeconds } } },
    securityContext: confinedServer(server),
    ...(mounted.length > 0 && { volumeMounts: mounted.map(({ mount }) => mount) }),
  };
}

/** Installs the toolkit on a node that lacks it, one pod at a time; apt needs root's capabilities for it. */
function cudaToolkit({ plan, settings }: RenderInput<InferencePlan>): readonly Container[] {
  if (!plan.server.needsCudaToolkit) return [];
  return [
    {
      name: cudaContainerName,
      image: imageReference(plan.server.image, settings),
      command: ['flock', cudaHome, '/workspace/cuda-provision.sh', cudaHome],
      securityContext: confinedRoot,
      volumeMounts: [{ name: cudaVolumeName, mountPath: cudaHome }],
    },
  ];
}

/** GPUs; or, on CPUs, cores, of which idle ones may be used too, and memory, of which not a byte more. */
function resources(plan: InferencePlan): NonNullable<Container['resources']> {
  const { cpu, gpusPerPod } = plan.server;
  const gpus = { [resourceOf(plan)]: String(gpusPerPod) };
  if (!cpu) return { requests: gpus, limits: gpus };
  const memory = `${cpu.memoryGiB}Gi`;
  return { requests: { cpu: String(cpu.cores), memory }, limits: { memory } };
}
