import type { Container, VolumeMount } from '../pod-parts.ts';
import { confined } from '../security.ts';
import { dataUrlsScript } from './data-urls-script.ts';
import { dataImageScript, dataVolumeScript, weightsScript } from './input-scripts.ts';
import { outputCheckScript, outputImageScript, outputVolumeScript } from './output-scripts.ts';

/** What every step is made of. */
export interface StepInput {
  /** Of the container. */
  readonly name: string;
  readonly image: string;
  readonly mounts: readonly VolumeMount[];
  /** Folder by which steps tell each other digests. */
  readonly runDir: string;
}

/** Credentials of the registries that a step reads from: a folder with a Docker configuration file for each Secret. */
interface Pulling {
  readonly pullAuthDir?: string | undefined;
}

/** What an adapter is made from, as `sh.kaito.lineage.*` and lineage.json tell it; the steps add digests of data and weights. */
export interface ResultInput extends StepInput {
  readonly resultsDir: string;
  readonly lineage: { readonly base: string; readonly config: string; readonly workspace: string };
}

interface Pushing {
  readonly outputImage: string;
  readonly pushAuthFile: string;
}

/** Proves that results can be pushed. Image: oras. */
export function outputCheckContainer({ outputImage, pushAuthFile, ...input }: StepInput & Pushing): Container {
  return step(input, outputCheckScript, { OUTPUT_IMAGE: outputImage, PUSH_AUTH_FILE: pushAuthFile });
}

/** Brings the weights that `reference` names. Image: oras. */
export function weightsContainer({
  reference,
  weightsDir,
  pullAuthDir,
  ...input
}: StepInput & Pulling & { readonly reference: string; readonly weightsDir: string }): Container {
  const env = { WEIGHTS_REFERENCE: reference, WEIGHTS_DIR: weightsDir, PULL_AUTH_DIR: pullAuthDir };
  return step(input, weightsScript, env);
}

/** What brings or finds data. */
export interface DataInput extends StepInput {
  readonly dataDir: string;
  /** Most that may be brought. */
  readonly maxBytes: number;
}

/** Downloads data, each `<url>` or `<url>#sha256=<hex>`. Image: curl. */
export function dataUrlsContainer(input: DataInput & { readonly urls: readonly string[] }): Container {
  return step(input, dataUrlsScript, { ...dataEnvironment(input), DATA_URLS: input.urls.join('\n') });
}

/** Brings what an image has below /data. Image: oras. */
export function dataImageContainer(input: DataInput & Pulling & { readonly dataImage: string }): Container {
  const { dataImage, pullAuthDir } = input;
  const env = { ...dataEnvironment(input), DATA_IMAGE: dataImage, PULL_AUTH_DIR: pullAuthDir };
  return step(input, dataImageScript, env);
}

/** Looks at data that a volume has. Image: oras. */
export function dataVolumeContainer({ dataDir, ...input }: Omit<DataInput, 'maxBytes'>): Container {
  return step(input, dataVolumeScript, { DATA_DIR: dataDir });
}

/** Makes an image of the result and pushes it. Image: oras. */
export function outputImageContainer(input: ResultInput & Pushing & { readonly modelName: string }): Container {
  const { outputImage, pushAuthFile, modelName } = input;
  return step(input, outputImageScript, {
    ...resultEnvironment(input),
    MODEL_NAME: modelName,
    OUTPUT_IMAGE: outputImage,
    PUSH_AUTH_FILE: pushAuthFile,
  });
}

/** Looks whether the result is on its volume, and adds what it was made from. Image: oras. */
export function outputVolumeContainer(input: ResultInput): Container {
  return step(input, outputVolumeScript, resultEnvironment(input));
}

function dataEnvironment({ dataDir, maxBytes }: DataInput): Environment {
  return { DATA_DIR: dataDir, MAX_BYTES: String(maxBytes) };
}

function resultEnvironment({ resultsDir, lineage: { base, config, workspace } }: ResultInput): Environment {
  return { RESULTS_DIR: resultsDir, LINEAGE_BASE: base, LINEAGE_CONFIG: config, LINEAGE_WORKSPACE: workspace };
}

type Environment = Readonly<Record<string, string | undefined>>;

function step({ name, image, mounts, runDir }: StepInput, script: string, env: Environment): Container {
  const all = Object.entries({ ...env, HOME: '/tmp', RUN_DIR: runDir });
  return {
    name,
    image,
    command: ['/bin/sh', '-c', script],
    env: all
      .flatMap(([key, value]) => (value === undefined ? [] : [{ name: key, value: literal(value) }]))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
    securityContext: confined,
    volumeMounts: [...mounts],
  };
}

/** The kubelet puts the value of a variable where $(NAME) stands, and one `$` where two do (Kubernetes docs, "Define Dependent Environment Variables"). */
function literal(value: string): string {
  return value.replaceAll('$', '$$$$');
}
