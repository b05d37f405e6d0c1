import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crds, type JsonSchema } from '@kaito/crds';
import { azurePrices, catalogue, checkWorkspace, findModel, skusOf } from '@kaito/planner';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'tools/*/README.md'], { cwd: root });
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Parts of a page that match a pattern: its first group. */
function found(page: string, pattern: RegExp): readonly string[] {
  return [...read(page).matchAll(pattern)].map(([, part = '']) => part);
}

function scriptsOf(manifest: string): object {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- npm checks the file's shape
  return (JSON.parse(manifest) as { readonly scripts?: object }).scripts ?? {};
}

describe('what a page names is there', () => {
  test.each(pages)('links of %s', page => {
    const targets = found(page, /\]\((?!https?:|#)([^)#\s]+)/g);
    expect(targets.filter(target => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });

  test.each(pages.filter(page => page.endsWith('README.md')))('tests of %s', page => {
    const tests = found(page, /`([\w/.*-]+\.test\.ts)`/g);
    const own = dirname(page);
    const isThere = (path: string) =>
      globSync([`${own}/${path}`, `${own}/src/**/${path}`, `packages/*/src/${path}`], { cwd: root }).length > 0;
    expect(tests.filter(path => !isThere(path))).toEqual([]);
  });

  test.each(pages)('commands of %s', page => {
    const manifests = ['.', dirname(page)].map(folder => join(root, folder, 'package.json')).filter(existsSync);
    const scripts = manifests.flatMap(file => Object.keys(scriptsOf(readFileSync(file, 'utf8'))));
    expect(found(page, /npm run ([\w:-]+)/g).filter(name => !scripts.includes(name))).toEqual([]);
  });

  test('examples of the README and the guide', () => {
    const inTable = found('README.md', /^\| (`\w+`(?:, `\w+`)*) +\|/gm).flatMap(cell => cell.match(/\w+/g) ?? []);
    const inGuide = found('docs/workspaces.md', /kaito_workspace_(\w+)\.yaml/g);
    expect(inTable.length).toBeGreaterThan(5);
    for (const name of [...inTable, ...inGuide]) {
      expect([name, existsSync(join(root, `examples/inference/kaito_workspace_${name}.yaml`))]).toEqual([name, true]);
    }
  });
});

/** Fields of a manifest that the schema does not have. */
function unknownFields(value: unknown, schema: JsonSchema | undefined, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(entry => unknownFields(entry, schema?.items, `${path}[]`));
  const { properties } = schema ?? {};
  if (typeof value !== 'object' || value === null || !properties) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    Object.hasOwn(properties, key) ? unknownFields(below, properties[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

test('workspaces of the guide have fields that there are, and can be planned', () => {
  const schema = crds
    .find(({ spec }) => spec.names.kind === 'Workspace')
    ?.spec.versions.find(({ name }) => name === 'v1beta1')?.schema.openAPIV3Schema;
  const blocks = ['README.md', 'docs/workspaces.md'].flatMap(page => found(page, /```yaml\n(.*?)```/gs));
  const manifests = blocks.map((block): object => parse(block)).filter(block => !('vllm' in block));
  expect(manifests.length).toBeGreaterThan(3);
  for (const manifest of manifests) {
    expect(unknownFields(manifest, schema)).toEqual([]);
    const example = { resource: { labelSelector: {} }, inference: { preset: { name: 'phi-4-mini-instruct' } } };
    const workspace = { metadata: { name: 'example', namespace: 'default' }, ...example, ...manifest };
    const model = findModel(catalogue, workspace.inference.preset.name);
    const provisioning = { mode: 'auto' } as const;
    expect(
      checkWorkspace({
        workspace,
        model: model && { state: 'known', model },
        skus: skusOf('azure'),
        prices: azurePrices,
        provisioning,
      }),
    ).toEqual([]);
  }
});

describe('commands of the guides', () => {
  const guides = pages.filter(page => !page.includes('reference/') && /^(docs\/[^/]+|[^/]+)\.md$/.test(page));
  const forAzure = guides.flatMap(page => found(page, /```sh azure\n(.*?)```/gs).map(block => ({ page, block })));
  /** Which test runs the blocks of a page that need no subscription. */
  const runBy: Readonly<Record<string, string>> = {
    'docs/operations.md': 'tools/verify/operations.int.test.ts',
    'docs/provisioners.md': 'tools/verify/operations.int.test.ts',
    'docs/tuning.md': 'packages/workspace/src/tuning.int.test.ts',
    'docs/workspaces.md': 'packages/workspace/src/guide.int.test.ts',
  };

  test('that need Azure are shell that can be read', () => {
    expect(forAzure.length).toBeGreaterThan(10);
    const broken = forAzure.flatMap(({ page, block }) => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' });
      return status === 0 ? [] : [`${page}: ${stderr}\n${block}`];
    });
    expect(broken).toEqual([]);
  });

  test.each(guides)('of %s are run by a test, or marked as needing Azure, or scripts of the repository', page => {
    const lines = found(page, /^ *```sh\n(.*?)```/gms).flatMap(block => block.split('\n'));
    const others = lines.filter(line => line.trim() !== '' && !/^(#|(time )?npm )/.test(line));
    if (others.length === 0) return;
    const runner = runBy[page] ?? `no test of ${others[0]}`;
    expect(existsSync(join(root, runner)) && readFileSync(join(root, runner), 'utf8')).toContain(page);
  });
});
