import type { TuningPlan } from '@kaito/planner';
import { pullVolume } from '../credentials.ts';
import { imageReference } from '../image-reference.ts';
import type { Container, VolumeMount } from '../pod-parts.ts';
import type { RenderInput } from '../render-input.ts';
import {
  dataImageContainer,
  dataUrlsContainer,
  dataVolumeContainer,
  outputCheckContainer,
  outputImageContainer,
  outputVolumeContainer,
  weightsContainer,
  type StepInput,
} from '../transfer/containers.ts';
import { lineageOf } from './lineage.ts';
import { steps } from './names.ts';
import { mounts, paths, pullSecrets, pushVolume } from './volumes.ts';

const pushFolder = '/run/secrets/kaito/push';
const pullFolder = '/run/secrets/kaito/pull';

/** The steps of a training that move files: what comes before the trainer, and what comes after it. */
export interface TransferSteps {
  readonly before: readonly Container[];
  readonly output: Container;
}

/** Renders the steps that bring data and weights to the trainer, and take its result away. */
export function transferSteps(input: RenderInput<TuningPlan>): TransferSteps {
  return { before: [...outputCheck(input), ...weights(input), data(input)], output: output(input) };
}

/** What a step with oras is made of, beside mounts of its own. */
function common({ settings }: RenderInput<TuningPlan>, name: string, own: readonly VolumeMount[]): StepInput {
  return { name, image: settings.orasImage, runDir: paths.run, mounts: [...own, mounts.run, mounts.scratch] };
}

function outputCheck(input: RenderInput<TuningPlan>): readonly Container[] {
  const pushing = pushingOf(input);
  if (!pushing) return [];
  return [outputCheckContainer({ ...common(input, steps.outputCheck, pushing.mounts), ...pushing.target })];
}

function weights(input: RenderInput<TuningPlan>): readonly Container[] {
  const { plan, settings } = input;
  if (!plan.trainer.weights) return [];
  const pulling = pullingOf(input);
  return [
    weightsContainer({
      ...common(input, steps.weights, [mounts.weights, ...pulling.mounts]),
      reference: imageReference(plan.trainer.weights, settings),
      weightsDir: paths.weights,
      pullAuthDir: pulling.folder,
    }),
  ];
}

function data(input: RenderInput<TuningPlan>): Container {
  const { urls, image, volumeSource } = input.workspace.tuning?.input ?? {};
  const brought = !volumeSource;
  const step = { dataDir: paths.data, maxBytes: Math.floor((input.plan.nodes.diskGiB * 1024 ** 3) / 2) };
  if (image) {
    const pulling = pullingOf(input);
    const parts = common(input, steps.data, [mounts.data(false), ...pulling.mounts]);
    return dataImageContainer({ ...parts, ...step, dataImage: image, pullAuthDir: pulling.folder });
  }
  const parts = common(input, steps.data, [mounts.data(!brought)]);
  if (!brought) return dataVolumeContainer({ ...parts, dataDir: paths.data });
  return dataUrlsContainer({ ...parts, ...step, image: input.settings.curlImage, urls: urls ?? [] });
}

function output(input: RenderInput<TuningPlan>): Container {
  const { workspace, plan } = input;
  const pushing = pushingOf(input);
  const resultsDir = plan.trainer.outputFolder;
  const own = [mounts.results(resultsDir), ...(pushing?.mounts ?? [])];
  const parts = { ...common(input, steps.output, own), resultsDir, lineage: lineageOf(workspace, plan) };
  if (!pushing) return outputVolumeContainer(parts);
  const modelName = workspace.tuning?.preset?.name ?? plan.model.id;
  return outputImageContainer({ ...parts, ...pushing.target, modelName });
}

function pushingOf({ workspace: { tuning } }: RenderInput<TuningPlan>) {
  const { image, imagePushSecret } = tuning?.output ?? {};
  if (!image) return undefined;
  const secret = { name: pushVolume, mountPath: pushFolder, readOnly: true };
  return {
    target: { outputImage: image, pushAuthFile: `${pushFolder}/config.json` },
    mounts: imagePushSecret ? [secret] : [],
  };
}

function pullingOf({ workspace: { tuning } }: RenderInput<TuningPlan>) {
  if (pullSecrets(tuning).length === 0) return { mounts: [] };
  return { folder: pullFolder, mounts: [{ name: pullVolume, mountPath: pullFolder, readOnly: true }] };
}
