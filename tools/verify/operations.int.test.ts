import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { isTrue, labels, workspaces } from '@kaito/crds';
import { nodes } from '@kaito/kube';
import { aWorkspace, eventually, useStack } from '@kaito/testing';

jest.setTimeout(120_000);

const pages = ['docs/operations.md', 'docs/provisioners.md'].map(page =>
  readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8'),
);
const blocks = pages.flatMap(page => [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block));
const key = { name: 'a-workspace', namespace: 'default' };

const getStack = useStack();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kaito-operations-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Runs the one block that has these words, as a reader would paste it.
 * @param node stands for `<node>` @returns what it prints
 */
async function run(words: string, node = ''): Promise<string> {
  const [block, ...others] = blocks.filter(text => text.includes(words));
  if (block === undefined || others.length > 0) throw new Error(`"${words}" is in ${others.length} blocks too many`);
  const script = block.replaceAll('/tmp/', `${folder}/`).replaceAll('<node>', node);
  const env = { ...process.env, KUBECONFIG: getStack().kubeconfig };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env });
  return stdout;
}

function untilReady(): Promise<string | undefined> {
  return eventually(
    async () => {
      const workspace = await getStack().client.get(workspaces, key);
      expect(isTrue(workspace, 'WorkspaceReady')).toBe(true);
      return workspace.metadata.uid;
    },
    { timeoutMs: 60_000, describe: 'the workspace is ready', dump: getStack().dump },
  );
}

/** A node that comes in the place of another may have its name. */
async function theNode(): Promise<{ readonly name: string; readonly uid: string | undefined }> {
  const { items } = await getStack().client.list(nodes, { labelSelector: `${labels.workspace}=${key.name}` });
  const [node] = items;
  if (!node || items.length > 1) throw new Error(`there are ${items.length} nodes`);
  return { name: node.metadata.name, uid: node.metadata.uid };
}

test('the commands of the guides show what they say, and a backup brings back what was deleted', async () => {
  const { client, kubectl } = getStack();
  await client.create(workspaces, aWorkspace());
  const uid = await untilReady();

  const well = await run('--field-selector type=Warning');
  expect(well).toContain('a-workspace');
  expect(well).toMatch(/machine.*\/ws[0-9a-f]{9}|^ws[0-9a-f]{9}/m);
  expect(await run('PER_HOUR')).toMatch(/default +a-workspace +Standard_NC6s_v3 +1 +\d+\.\d+/);

  const given = await theNode();
  await run('delete node', given.name);
  await eventually(async () => expect((await theNode()).uid).not.toBe(given.uid), { timeoutMs: 60_000 });
  expect(await untilReady()).toBe(uid);

  await run('grep -vE');
  expect(await run('apply -f')).toMatch(/a-workspace (?:unchanged|configured)/);
  expect(await untilReady()).toBe(uid);
  await kubectl('delete', 'workspace', key.name);
  await run('apply -f');
  expect(await untilReady()).not.toBe(uid);
});
