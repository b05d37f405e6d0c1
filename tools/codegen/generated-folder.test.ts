import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { findDrift, writeFolder } from './generated-folder.ts';
import { generatedFolders } from './generated-folders.ts';

// The command loads all that it describes, which takes its time on a busy machine.
jest.setTimeout(120_000);

const files = [
  { path: 'out/a.yaml', text: 'a: 1\n' },
  { path: 'out/b.yaml', text: 'b: 1\n' },
];
const folder = { path: 'out', files };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kaito-codegen-'));
});
afterEach(() => rm(root, { recursive: true }));

test('what is not there is missing, and is written', async () => {
  expect(await findDrift(root, folder)).toEqual(files.map(({ path }) => ({ path, what: 'missing' })));
  await writeFolder(root, folder);
  expect(await readFile(join(root, 'out/b.yaml'), 'utf8')).toBe('b: 1\n');
  expect(await findDrift(root, folder)).toEqual([]);
});

test('an edited file is different, a foreign one stale; writing puts both right and touches nothing else', async () => {
  await writeFolder(root, folder);
  await writeFile(join(root, 'out/a.yaml'), 'a: 2\n');
  await writeFile(join(root, 'out/old.yaml'), 'c: 1\n');
  const drift = [
    { path: 'out/a.yaml', what: 'different' },
    { path: 'out/old.yaml', what: 'stale' },
  ];
  expect(await findDrift(root, folder)).toEqual(drift);
  expect(await writeFolder(root, folder)).toEqual(drift);
  expect(await readdir(join(root, 'out'))).toEqual(['a.yaml', 'b.yaml']);
});

test('what lies beside generated files in a shared folder is left alone', async () => {
  const shared = { ...folder, shared: true };
  await writeFolder(root, shared);
  await writeFile(join(root, 'out/own.md'), 'by hand');
  expect(await findDrift(root, shared)).toEqual([]);
  await writeFolder(root, shared);
  expect(await readFile(join(root, 'out/own.md'), 'utf8')).toBe('by hand');
});

/** Writes everything that is generated into `root`. */
async function writeAll(): Promise<void> {
  for (const generated of await generatedFolders()) await writeFolder(root, generated);
}

/** Runs the command as `npm run generate:check` does, on the checkout in `root`. */
function generateCheck(): { status: number | null; stdout: string; stderr: string } {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = ['--conditions=@kaito/source', main, '--check', '--root', root];
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
}

test('npm run generate:check passes without a word, or fails with the name of each file and the command to run', async () => {
  await writeAll();
  expect(generateCheck()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  await writeFile(join(root, 'crds/kaito.sh_workspaces.yaml'), 'edited by hand');
  expect(generateCheck()).toMatchObject({
    status: 1,
    stderr: 'crds/kaito.sh_workspaces.yaml is different; run: npm run generate\n',
  });
});
