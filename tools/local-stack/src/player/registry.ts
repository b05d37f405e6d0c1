import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runProgram } from '../binaries/run-program.ts';
import { dockerConfig, startRegistry } from '../registry/registry.ts';
import type { Run } from '../stack/run.ts';

/** Content of files by their path. */
export type ImageFiles = Readonly<Record<string, string | Buffer>>;

export interface RegistryOptions {
  readonly run: Run;
  /** Paths of the programs. */
  readonly registry: string;
  readonly oras: string;
  readonly signal: AbortSignal;
}

/** Who may reach what is private; the passwords of a stack protect nothing. */
export const PRIVATE = { prefix: 'private/', user: 'kaito', password: 'local-stack' } as const;

/** The registry of images of a stack. */
export class StackRegistry {
  /** `localhost:port`: clients speak plain HTTP to a registry of that name (oras docs). */
  readonly address: string;
  readonly #oras: string;
  readonly #folder: string;
  /** Where the credentials are: written once, as calls at the same time would find a file that is half written. */
  #config: Promise<string> | undefined;

  private constructor(address: string, oras: string, folder: string) {
    this.address = address;
    this.#oras = oras;
    this.#folder = folder;
  }

  /** Starts it on a free port; repositories below `private/` ask for a password. */
  static async start({ run, registry, oras, signal }: RegistryOptions): Promise<StackRegistry> {
    const { host } = await startRegistry(run, registry, { guarded: PRIVATE, signal });
    const scratch = join(run.dataDir, 'registry-work');
    await mkdir(scratch, { recursive: true });
    return new StackRegistry(host, oras, scratch);
  }

  /** A config.json with the password for what is private, as a Secret of the type kubernetes.io/dockerconfigjson holds it. */
  get credentials(): string {
    return dockerConfig(this.address, PRIVATE);
  }

  /**
   * Pushes files as an artifact, each a layer that carries its path: what `oras pull` brings back as they were.
   * @param name repository and tag, such as `weights/phi:1`; a whole reference to this registry will do, too
   * @returns the digest of the manifest
   */
  async pushFiles(name: string, files: ImageFiles): Promise<string> {
    return this.#inFolder(files, async folder => {
      await this.#run(['push', this.reference(name), ...Object.keys(files)], folder);
      return this.digest(name);
    });
  }

  /**
   * Pushes an image of an adapter: files below `data/`, in one layer.
   * @param annotations of the manifest, such as those of its lineage
   * @returns the digest of the manifest
   */
  async pushAdapter(
    name: string,
    files: ImageFiles,
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const data = Object.fromEntries(Object.entries(files).map(([path, content]) => [join('data', path), content]));
    return this.#inFolder(data, async folder => {
      await runProgram('tar', ['-cf', 'layer.tar', 'data'], { cwd: folder });
      const layerTar = await readFile(join(folder, 'layer.tar'));
      await writeFile(join(folder, 'layer.tar.gz'), gzipSync(layerTar));
      const diffId = `sha256:${createHash('sha256').update(layerTar).digest('hex')}`;
      const config = { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } };
      await writeFile(join(folder, 'config.json'), JSON.stringify(config));
      const layer = 'layer.tar.gz:application/vnd.oci.image.layer.v1.tar+gzip';
      const notes = Object.entries(annotations).flatMap(([key, value]) => ['--annotation', `${key}=${value}`]);
      const image = ['--config', 'config.json:application/vnd.oci.image.config.v1+json', ...notes];
      await this.#run(['push', ...image, this.reference(name), layer], folder);
      return this.digest(name);
    });
  }

  /** The digest of what a name stands for. @throws CommandError when it is not there. */
  async digest(name: string): Promise<string> {
    return (await this.#run(['resolve', this.reference(name)])).trim();
  }

  /** Whether there is something of that name. */
  async has(name: string): Promise<boolean> {
    return this.digest(name).then(
      () => true,
      () => false,
    );
  }

  /** The manifest that a name stands for. */
  async manifest(name: string): Promise<unknown> {
    return JSON.parse(await this.#run(['manifest', 'fetch', this.reference(name)]));
  }

  /** The content of the first layer of an image that is an archive, by path. */
  async files(name: string): Promise<ReadonlyMap<string, Buffer>> {
    return this.#inFolder({}, async folder => {
      await this.#run(['copy', '--to-oci-layout', this.reference(name), 'layout:copy'], folder);
      const { layers }: { layers: readonly { digest: string }[] } = JSON.parse(
        await this.#run(['manifest', 'fetch', this.reference(name)]),
      );
      const blob = join('layout/blobs', (layers[0]?.digest ?? '').replace(':', '/'));
      const list = await runProgram('tar', ['-xzvf', blob], { cwd: folder });
      const paths = list.split('\n').filter(path => path !== '' && !path.endsWith('/'));
      const contents = paths.map(async path => [path, await readFile(join(folder, path))] as const);
      return new Map(await Promise.all(contents));
    });
  }

  /** A name in this registry as a whole reference. */
  reference(name: string): string {
    return name.startsWith(`${this.address}/`) ? name : `${this.address}/${name}`;
  }

  async #run(args: readonly string[], cwd = this.#folder): Promise<string> {
    const config = await (this.#config ??= this.#writeConfig());
    const [command = '', ...rest] = args;
    const known = command === 'copy' ? '--from-registry-config' : '--registry-config';
    const call =
      command === 'manifest'
        ? [command, ...rest.slice(0, 1), known, config, ...rest.slice(1)]
        : [command, known, config, ...rest];
    return runProgram(this.#oras, call, { cwd });
  }

  async #writeConfig(): Promise<string> {
    const file = join(this.#folder, 'credentials.json');
    await writeFile(file, this.credentials);
    return file;
  }

  async #inFolder<T>(files: ImageFiles, work: (folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(this.#folder, 'push-'));
    try {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
