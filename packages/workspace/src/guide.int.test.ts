import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { isTrue, machines, workspaces } from '@kaito/crds';
import { ignoreNotFound, nodes } from '@kaito/kube';
import { aGpuNode, eventually, useStack } from '@kaito/testing';

jest.setTimeout(90_000);

const root = fileURLToPath(new URL('../../../', import.meta.url));
const guide = readFileSync(join(root, 'docs/workspaces.md'), 'utf8');
const key = { name: 'my-model', namespace: 'default' };

/** The blocks of the guide in a language. */
function blocks(language: string): readonly string[] {
  return [...guide.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);
}

/** Its calls of kubectl, without their comments; not the one that talks to the model, as there is none here. */
const commands = blocks('sh')
  .flatMap(block => block.split('\n'))
  .map(line => line.replace(/ +#.*/, ''))
  .filter(line => line.startsWith('kubectl ') && !line.startsWith('kubectl run '));

const getStack = useStack();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kaito-guide-'));
  writeFileSync(join(folder, 'my-model.yaml'), blocks('yaml')[0] ?? '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a reader would type: the names of their own things in place of ours. */
function argumentsOf(command: string, node: string): readonly string[] {
  const places = { '<node>': node, '<token>': 'hf_example', 'my-model.yaml': join(folder, 'my-model.yaml') };
  const filled = Object.entries(places).reduce((text, [place, value]) => text.replace(place, value), command);
  return filled.replace('examples/', join(root, 'examples/')).split(' ').slice(1);
}

test('the commands of the guide work as they stand, from the first to the last', async () => {
  const { client, kubectl, dump } = getStack();
  expect(commands.at(0)).toContain('apply');
  expect(commands.at(-1)).toContain('delete');
  const node = aGpuNode('own');
  await client.create(nodes, node);
  const answers = new Map<string, string>();
  for (const command of commands) {
    answers.set(command, await kubectl(...argumentsOf(command, node.metadata.name)));
    await eventually(
      async () => {
        const workspace = await ignoreNotFound(client.get(workspaces, key));
        expect(workspace === undefined || isTrue(workspace, 'WorkspaceReady')).toBe(true);
      },
      { timeoutMs: 30_000, describe: `my-model is ready after: ${command}`, dump },
    );
  }
  expect(answers.get('kubectl describe workspace my-model')).toContain('the model is being served');
  expect(answers.get('kubectl get controllerrevisions -l workspace.kaito.io/name=my-model')).toMatch(
    /my-model-\w{10} /,
  );
  const { items } = await client.list(machines, { labelSelector: 'kaito.sh/workspace=my-model' });
  expect(items).toEqual([]);
});
