import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { standInWeights } from '../stand-ins/weights.ts';
import { packageRoot } from '../repository.ts';
import { contentOf } from './programs.ts';
import type { MappedPath } from './substitute.ts';

/** What KAITO's images hold that commands name; stand-ins for `python3` and `accelerate` know what to do with each. */
const KAITO_FILES = [
  'workspace/tfs/fine_tuning.py',
  'workspace/tfs/inference_api.py',
  'workspace/tfs/metrics_server.py',
  'workspace/vllm/inference_api.py',
] as const;
const CUDA_SCRIPT = 'workspace/cuda-provision.sh';
const STAND_IN = '# A stand-in for the file of this name in an image of KAITO.\n';

/** What there is in the images of played containers: real programs, and stand-ins for KAITO's. */
export class ImageContents {
  readonly #binFolder: string;
  readonly #oras: string;
  readonly #hostPath: string;

  /**
   * Writes the stand-ins for programs into `root`.
   * @param oras path of the real program
   */
  constructor(root: string, oras: string, hostPath = process.env['PATH'] ?? '') {
    this.#binFolder = join(root, 'bin');
    this.#oras = oras;
    this.#hostPath = hostPath;
    for (const name of ['accelerate', 'python3', 'python']) this.#writeStandIn(name);
  }

  /** Whether there is something that stands for an image. */
  has(image: string): boolean {
    return contentOf(image) !== undefined;
  }

  /** PATH of a container of that image. */
  searchPath(image: string): string {
    const content = contentOf(image);
    if (content?.kind === 'oras') return [dirname(this.#oras), this.#hostPath].join(delimiter);
    return content?.kind === 'kaito' ? [this.#binFolder, this.#hostPath].join(delimiter) : this.#hostPath;
  }

  /** What a container without a command runs. */
  entrypoint(image: string): readonly string[] {
    const kind = contentOf(image)?.kind;
    if (kind === 'oras') return [this.#oras];
    return kind === 'curl' ? ['curl'] : [];
  }

  /** Programs that commands may call by their path in the image. */
  programs(image: string): readonly MappedPath[] {
    return contentOf(image)?.kind === 'oras' ? [{ inside: '/bin/oras', outside: this.#oras }] : [];
  }

  /** Puts the files of the image into the folder of a container, unless they are there already. */
  unpack(image: string, folder: string): void {
    const content = contentOf(image);
    if (content?.kind !== 'kaito') return;
    for (const file of KAITO_FILES) writeOnce(join(folder, file), STAND_IN);
    const script = join(folder, CUDA_SCRIPT);
    writeOnce(script, `#!/bin/sh\n${STAND_IN}`);
    chmodSync(script, 0o755);
    if (!content.weights) return;
    for (const [name, text] of standInWeights(content.name)) {
      writeOnce(join(folder, 'workspace/tfs/weights', name), text);
    }
  }

  #writeStandIn(name: string): void {
    const program = join(packageRoot, 'src/stand-ins', `${name === 'python' ? 'python3' : name}.ts`);
    const file = join(this.#binFolder, name);
    const call = [process.execPath, '--conditions=@kaito/source', program].map(word => `'${word}'`).join(' ');
    writeOnce(file, `#!/bin/sh\nexec ${call} "$@"\n`);
    chmodSync(file, 0o755);
  }
}

function writeOnce(file: string, content: string | Buffer): void {
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
