import type { Workspace } from '@kaito/crds';
import type { TuningPlan } from '@kaito/planner';
import { configKeys } from '../../observe/trim.ts';
import { credentialsKey, pullSecretsVolume } from '../credentials.ts';
import type { Volume, VolumeMount } from '../pod-parts.ts';
import type { RenderInput } from '../render-input.ts';
import { downloadRoom, weightsPath } from '../volumes.ts';
import { tuningConfigName } from './names.ts';
import { programKey } from './training-config.ts';

const names = {
  weights: 'model-weights-volume',
  data: 'data-volume',
  results: 'results-volume',
  config: 'config-volume',
  program: 'program-volume',
  run: 'run-volume',
  scratch: 'tmp',
  shared: 'dshm',
} as const;

/** Where the pods of a training have what; the first four as in KAITO. */
export const paths = {
  data: '/mnt/data',
  config: '/mnt/config',
  weights: weightsPath,
  program: '/mnt/kaito',
  /** What one step tells the next. */
  run: '/run/kaito',
} as const;

/** Digests of a few lines. */
const runSize = '1Mi';
/** Several processes pass batches on by it; from the guides of PyTorch's images: too little stops a trainer, unused it costs nothing. */
const sharedSize = '8Gi';

/** The volumes of the pod of a training. What stays after it is what its user brings. */
export function trainingVolumes({ workspace, plan, settings }: RenderInput<TuningPlan>): readonly Volume[] {
  const { input, output } = workspace.tuning ?? {};
  return [
    ...(plan.trainer.weights ? [{ name: names.weights, ...downloadRoom(plan, settings.nvmeStorageClass) }] : []),
    { ...(input?.volumeSource ?? { emptyDir: {} }), name: names.data },
    { ...(output?.volumeSource ?? { emptyDir: {} }), name: names.results },
    oneKey(names.config, tuningConfigName(workspace), configKeys.tuning),
    oneKey(names.program, tuningConfigName(workspace), programKey),
    { name: names.run, emptyDir: { sizeLimit: runSize } },
    { name: names.scratch, emptyDir: {} },
    { name: names.shared, emptyDir: { medium: 'Memory', sizeLimit: sharedSize } },
    ...secretVolumes(workspace),
  ];
}

function oneKey(name: string, configMap: string, key: string): Volume {
  return { name, configMap: { name: configMap, items: [{ key, path: key }] } };
}

/** Credentials of the transfers: that of the push by itself, so that no other step can write. */
function secretVolumes({ tuning }: Workspace): readonly Volume[] {
  const push = tuning?.output?.imagePushSecret;
  const items = [{ key: credentialsKey, path: 'config.json' }];
  return [
    ...(tuning?.output?.image && push ? [{ name: pushVolume, secret: { secretName: push, items } }] : []),
    ...(pullSecrets(tuning).length > 0 ? [pullSecretsVolume(pullSecrets(tuning))] : []),
  ];
}

/** Name of the volume of the credentials to push with. */
export const pushVolume = 'push-secret';

/** Secrets by which the data set and the weights are pulled. */
export function pullSecrets(tuning: Workspace['tuning']): readonly string[] {
  const ofPreset = tuning?.preset?.presetOptions?.imagePullSecrets ?? [];
  return [...new Set([...(tuning?.input?.imagePullSecrets ?? []), ...ofPreset])];
}

/** What the trainer sees; it writes results, and to its scratch folder. */
export function trainerMounts({ trainer }: TuningPlan): readonly VolumeMount[] {
  return [
    ...(trainer.weights ? [{ name: names.weights, mountPath: paths.weights, readOnly: true }] : []),
    mounts.data(true),
    mounts.results(trainer.outputFolder),
    { name: names.config, mountPath: paths.config, readOnly: true },
    { name: names.program, mountPath: paths.program, readOnly: true },
    mounts.run,
    mounts.scratch,
    { name: names.shared, mountPath: '/dev/shm' },
  ];
}

/** Mounts that several steps have. */
export const mounts = {
  data: (readOnly: boolean): VolumeMount => ({
    name: names.data,
    mountPath: paths.data,
    ...(readOnly && { readOnly }),
  }),
  results: (outputFolder: string): VolumeMount => ({ name: names.results, mountPath: outputFolder }),
  weights: { name: names.weights, mountPath: paths.weights },
  run: { name: names.run, mountPath: paths.run },
  scratch: { name: names.scratch, mountPath: '/tmp' },
} as const;
