import { join } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { messageOf, printProgress } from '@kaito/local-stack';
import {
  buildImage,
  CONTROLLER_IMAGES,
  IMAGES,
  pushImage,
  type BuildOptions,
  type BuiltImage,
  type ImageName,
} from './build-image.ts';
import { installedBuilder, ownBuildah, type Builder } from './builder.ts';
import { modelContext } from './model-context.ts';
import { buildStandIns, STAND_IN_BUILD_IMAGE, STAND_IN_RUN_IMAGE } from './stand-ins.ts';

const HELP = `npm run images -- [options] [${IMAGES.join(' | ')}]

Builds images with the docker or buildah that is installed, those of both controllers by default,
and prints size and digest of each.

  --tag <tag>      their tag; by default the version, which is what the charts ask for
  --registry <r>   what stands before their names; "kaito" by default
  --push <r>       the same, and pushes them there; log in to the registry first
  --archive <dir>  writes each as an OCI archive into this folder
  --fresh          takes no layer of an earlier build
  --check          builds each once more, of no layer of the first, and fails when the digests differ
  --stand-ins      builds on stand-ins for node:24-bookworm-slim and distroless, made from what this machine has,
                   without asking a registry for an image (Linux, Debian or Ubuntu, root; npm's registry is still needed)
  --help           this text
`;

const OPTIONS = {
  tag: { type: 'string', default: manifest.version },
  registry: { type: 'string', default: 'kaito' },
  push: { type: 'string' },
  archive: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  'stand-ins': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function main(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  if (values.help) return void process.stdout.write(HELP);
  if (values.push !== undefined && values['stand-ins'])
    throw new RangeError('--push and --stand-ins exclude each other: stand-ins are for this machine only');
  const names = positionals.length > 0 ? positionals.map(imageName) : CONTROLLER_IMAGES;
  const standIns = values['stand-ins'];
  const builder = await chooseBuilder(standIns, signal);
  const bases = standIns ? { BUILD_IMAGE: STAND_IN_BUILD_IMAGE, RUN_IMAGE: STAND_IN_RUN_IMAGE } : {};
  for (const name of names) {
    const reference = `${values.push ?? values.registry}/${name}:${values.tag}`;
    const archive = values.archive === undefined ? {} : { archive: join(values.archive, `${name}.tar`) };
    const built = await build(name, { builder, reference, bases, fresh: values.fresh, ...archive, signal });
    const sizes = `${megabytes(built.compressedBytes)} compressed, ${megabytes(built.ownBytes)} of it ours`;
    console.log(`${reference}  ${built.digest}  ${sizes}${standIns ? '  (on a STAND-IN base)' : ''}`);
    if (values.push !== undefined) await pushImage(builder, reference, signal);
    if (values.check)
      await check(name, built, { builder, reference: `${reference}-again`, bases, fresh: true, signal });
  }
}

/** The stand-in model gets what it would fetch from the cache of this machine. */
async function build(name: ImageName, options: BuildOptions): Promise<BuiltImage> {
  if (name !== 'stand-in-model') return buildImage(name, options);
  await using assets = await modelContext({ onProgress: printProgress(process.stderr), signal: options.signal });
  return buildImage(name, { ...options, contexts: { assets: assets.folder } });
}

async function check(name: ImageName, first: BuiltImage, options: BuildOptions): Promise<void> {
  const { digest } = await build(name, options);
  if (digest !== first.digest)
    throw new Error(`${name}: two builds of the same sources differ: ${first.digest} and ${digest}`);
  console.log(`${first.reference}  reproducible: a second build has the same digest`);
}

function imageName(text: string): ImageName {
  const name = IMAGES.find(known => known === text);
  if (!name) throw new RangeError(`there is no image ${text}; known: ${IMAGES.join(', ')}`);
  return name;
}

async function chooseBuilder(standIns: boolean, signal: AbortSignal): Promise<Builder> {
  const onProgress = printProgress(process.stderr);
  if (standIns) {
    const builder = await ownBuildah({ onProgress, signal });
    await buildStandIns({ builder, onProgress, signal });
    return builder;
  }
  const builder = await installedBuilder(signal);
  if (!builder) throw new Error('neither docker nor buildah answers; install one, or build on stand-ins: --stand-ins');
  return builder;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
try {
  await main(process.argv.slice(2), stop.signal);
} catch (error) {
  console.error(`images: ${messageOf(error)}`);
  process.exitCode = 1;
}
