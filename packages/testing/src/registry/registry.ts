import type { PrivateRepositories, Run } from '@kaito/local-stack';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tar, type TarEntry } from './tar.ts';

/** A registry on loopback, and oras to look into it. */
export interface TestRegistry {
  /** `localhost:<port>` */
  readonly host: string;
  /** The folder of the program `oras`, to be put before PATH. */
  readonly orasFolder: string;
  /** A folder that goes with the registry. */
  readonly folder: string;
  /** Runs oras, with the private repositories' account, and gives what it prints. */
  readonly oras: (...args: string[]) => Promise<string>;
  /**
   * Pushes an image of these layers, the lowest first.
   * @param image repository and tag in this registry
   * @returns its digest
   */
  readonly push: (
    image: string,
    layers: readonly Layer[],
    annotations?: Readonly<Record<string, string>>,
  ) => Promise<string>;
  /** Path of a file with the account of the private repositories, or with a wrong password. */
  readonly authFile: (password?: string) => string;
}

/** The entries of a layer, or its bytes. */
export type Layer = readonly TarEntry[] | Buffer;

const account: PrivateRepositories = { prefix: 'private/', user: 'tester', password: 'right' };
const imageConfig = 'application/vnd.oci.image.config.v1+json';
const imageLayer = 'application/vnd.oci.image.layer.v1.tar+gzip';

/**
 * Starts a registry before all tests of a file and ends it after them. Repositories below `private/` ask for a password; all others take what comes. Call it
 * where tests are declared.
 * @param pushOnly whether pulls from private repositories need no password
 */
export function useRegistry({ pushOnly = false }: { readonly pushOnly?: boolean } = {}): () => TestRegistry {
  let run: Run | undefined;
  let registry: TestRegistry | undefined;
  beforeAll(async () => {
    const { Run } = await import('@kaito/local-stack');
    run = await Run.open({});
    registry = await start(run, pushOnly);
  }, 120_000);
  afterAll(async () => {
    await run?.stop();
    run?.close();
  });
  return () => {
    if (!registry) throw new Error('the registry has not started');
    return registry;
  };
}

async function start(run: Run, readable: boolean): Promise<TestRegistry> {
  const { dockerConfig, ensureBinaries, runProgram, startRegistry } = await import('@kaito/local-stack');
  const paths = await ensureBinaries(['oras', 'registry']);
  const { host } = await startRegistry(run, paths('registry'), { guarded: { ...account, readable } });
  const authFile = (password = account.password): string => {
    const file = join(run.dataDir, `auth-${password}.json`);
    writeFileSync(file, dockerConfig(host, { user: account.user, password }));
    return file;
  };
  const oras = (...args: string[]): Promise<string> =>
    runProgram(paths('oras'), [...args, '--registry-config', authFile()]);
  const push: TestRegistry['push'] = async (image, layers, annotations = {}) => {
    const folder = mkdtempSync(join(run.dataDir, 'image-'));
    try {
      const args = [`${host}/${image}`, ...writeImage(folder, layers)];
      const noted = Object.entries(annotations).flatMap(([key, value]) => ['--annotation', `${key}=${value}`]);
      const digest = ['--format', 'go-template', '--template', '{{.digest}}'];
      return await oras('push', '--disable-path-validation', ...args, ...noted, ...digest);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  return { host, orasFolder: dirname(paths('oras')), folder: run.dataDir, oras, push, authFile };
}

/** Writes configuration and layers; gives the arguments by which oras pushes them. */
function writeImage(folder: string, layers: readonly Layer[]): readonly string[] {
  const archives = layers.map(layer => (Buffer.isBuffer(layer) ? layer : tar(layer)));
  const files = archives.map((archive, index) => {
    const file = join(folder, `layer-${index}.tar.gz`);
    writeFileSync(file, Buffer.isBuffer(layers[index]) ? archive : gzipSync(archive));
    return `${file}:${imageLayer}`;
  });
  const ids = archives.map(archive => `sha256:${createHash('sha256').update(archive).digest('hex')}`);
  const config = { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: ids } };
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify(config));
  return ['--config', `${configFile}:${imageConfig}`, ...files];
}
