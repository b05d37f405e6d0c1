import { parseArgs } from 'node:util';
import { messageOf, printProgress } from '@kaito/local-stack';
import { buildImage, IMAGES, type ImageName } from './build-image.ts';
import { installedBuilder, ownBuildah, type Builder } from './builder.ts';
import { buildStandIns, STAND_IN_BUILD_IMAGE, STAND_IN_RUN_IMAGE } from './stand-ins.ts';

const HELP = `npm run images -- [options] [${IMAGES.join(' | ')}]

Builds the images of the controllers, all of them by default, with the docker or buildah that is installed,
and prints size and digest of each.

  --tag <tag>      their tag; "dev" by default
  --registry <r>   what stands before their names; "kaito" by default
  --archive <dir>  writes each as an OCI archive into this folder
  --fresh          takes no layer of an earlier build
  --stand-ins      builds on stand-ins for node:24-bookworm-slim and distroless, made from what this machine has,
                   without asking a registry for an image (Linux, Debian or Ubuntu, root; npm's registry is still needed)
  --help           this text
`;

const OPTIONS = {
  tag: { type: 'string', default: 'dev' },
  registry: { type: 'string', default: 'kaito' },
  archive: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  'stand-ins': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function main(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  if (values.help) return void process.stdout.write(HELP);
  const names = positionals.length > 0 ? positionals.map(imageName) : IMAGES;
  const standIns = values['stand-ins'];
  const builder = await chooseBuilder(standIns, signal);
  const bases = standIns ? { BUILD_IMAGE: STAND_IN_BUILD_IMAGE, RUN_IMAGE: STAND_IN_RUN_IMAGE } : {};
  for (const name of names) {
    const reference = `${values.registry}/${name}:${values.tag}`;
    const archive = values.archive === undefined ? {} : { archive: `${values.archive}/${name}.tar` };
    const built = await buildImage(name, { builder, reference, bases, fresh: values.fresh, ...archive, signal });
    const sizes = `${megabytes(built.compressedBytes)} compressed, ${megabytes(built.ownBytes)} of it ours`;
    console.log(`${reference}  ${built.digest}  ${sizes}${standIns ? '  (on a STAND-IN base)' : ''}`);
  }
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
