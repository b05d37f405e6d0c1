import type { TuningPlan } from '@kaito/planner';
import { gpuResource } from '../../nodes/node-progress.ts';
import { presetAffinity } from '../affinity.ts';
import { imageReference } from '../image-reference.ts';
import type { Container, PodSpec, PodTemplateSpec } from '../pod-parts.ts';
import type { RenderInput } from '../render-input.ts';
import { confined, confinedTraining } from '../security.ts';
import { tolerations } from '../tolerations.ts';
import { workloadLabels } from '../workload-labels.ts';
import { steps } from './names.ts';
import { transferSteps } from './transfer-steps.ts';
import { paths, trainerMounts, trainingVolumes } from './volumes.ts';
import { trainingDigest } from './training-digest.ts';

/** Time in which a trainer that is evicted may finish the checkpoint that it is writing. */
const terminationGracePeriodSeconds = 60;

/**
 * The pod of a training: its steps one after the other, each but the last as an init container. So no step has to be told that another
 * has ended, a step that fails ends the pod, and the pod succeeds only when the result is where it was to go.
 */
export function renderTrainingPod(input: RenderInput<TuningPlan>): PodTemplateSpec {
  const { workspace } = input;
  return {
    metadata: {
      labels: workloadLabels(workspace),
      // What `kubectl logs` shows when it is not told which.
      annotations: { 'kubectl.kubernetes.io/default-container': steps.trainer },
    },
    spec: podSpec(input),
  };
}

function podSpec(input: RenderInput<TuningPlan>): PodSpec {
  const { plan } = input;
  const affinity = presetAffinity(input);
  const { before, output } = transferSteps(input);
  const { pullSecrets } = plan.trainer;
  return {
    restartPolicy: 'Never',
    ...(affinity && { affinity }),
    tolerations: tolerations(plan),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: confinedTraining(input),
    terminationGracePeriodSeconds,
    initContainers: [...before, trainer(input)],
    containers: [output],
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map(name => ({ name })) }),
    volumes: trainingVolumes(input),
  };
}

function trainer(input: RenderInput<TuningPlan>): Container {
  const { workspace, plan, settings } = input;
  const { trainer: planned } = plan;
  const gpus = { [gpuResource]: String(planned.gpusPerPod) };
  const env: Readonly<Record<string, string>> = {
    ...planned.env,
    DATASET_FOLDER_PATH: paths.data,
    HOME: '/tmp',
    RESULTS_DIR: planned.outputFolder,
    RUN_DIR: paths.run,
    RUN_ID: `${workspace.metadata.uid ?? ''}-${trainingDigest(plan)}`,
    USER: 'nobody',
    YAML_FILE_PATH: `${paths.config}/training_config.yaml`,
  };
  return {
    name: steps.trainer,
    image: imageReference(planned.image, settings),
    command: planned.command,
    ports: [{ containerPort: planned.port, protocol: 'TCP' }],
    env: Object.entries(env)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    resources: { requests: gpus, limits: gpus },
    securityContext: confined,
    volumeMounts: trainerMounts(plan),
  };
}
