import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir, ensureBinaries, ensureDebianPackages, repositoryRoot } from '@kaito/local-stack';
import { eventually } from '@kaito/testing';
import { ownBuildah } from './builder.ts';

const packages = join(cacheDir(), 'debian');
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const available = isRoot && (await ensureDebianPackages(['buildah']).catch(() => undefined)) !== undefined;
// Where no image can be built, nobody shall think that it was tested.
if (!available) console.warn('SKIPPED: building images takes root on a Debian or Ubuntu');

const pause = available ? (await ensureBinaries(['pause']))('pause') : '';

let folder: string;
let build: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaito-images-'));
  await symlink(packages, join(folder, 'debian'));
  process.env['KAITO_CACHE_DIR'] = folder;
});
afterEach(async () => {
  build?.kill('SIGKILL');
  delete process.env['KAITO_CACHE_DIR'];
  await rm(folder, { recursive: true, force: true });
});

/** Ids of processes that see the root of a container of our store: those of a build, and nobody outside of its mount namespace. */
function building(): readonly string[] {
  return readdirSync('/proc').flatMap(name => {
    try {
      if (!/^\d+$/.test(name)) return [];
      const mounts = readFileSync(`/proc/${name}/mountinfo`, 'utf8').split('\n');
      return mounts.some(mount => mount.includes(`${folder}/images/store/`) && mount.includes('/merged '))
        ? [name]
        : [];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}

/** Starts a process that builds an image of a step that never ends. */
async function startBuild(): Promise<ChildProcess> {
  const context = join(folder, 'context');
  await mkdir(context);
  await copyFile(pause, join(context, 'pause'));
  await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nCOPY pause /\nRUN ["/pause"]\n');
  const program = `import { ownBuildah } from '@kaito/images';
    const builder = await ownBuildah({ onProgress() {} });
    await builder.run(['bud', '--isolation', 'chroot', '--layers', '--pull-never', ${JSON.stringify(context)}]);`;
  return spawn(process.execPath, ['--conditions=@kaito/source', '--input-type=module', '--eval', program], {
    cwd: join(repositoryRoot, 'tools/images'),
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

(available ? describe : describe.skip)('a build that is killed', () => {
  test('leaves no process, no mount and no container', async () => {
    build = await startBuild();
    await eventually(() => expect(building()).not.toEqual([]), { timeoutMs: 60_000, describe: 'it builds' });
    build.kill('SIGKILL');
    await once(build, 'exit');
    await eventually(() => expect(building()).toEqual([]), { describe: 'nobody sees its overlays any more' });
    const containers = join(folder, 'images/store/overlay-containers/containers.json');
    expect(JSON.parse(readFileSync(containers, 'utf8'))).not.toEqual([]);
    const builder = await ownBuildah({ onProgress: () => undefined });
    expect(await builder.run(['containers', '--quiet'])).toBe('');
  });
});
