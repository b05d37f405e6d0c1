import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'kaito-boundaries-'));
  copyFileSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
});
afterEach(() => {
  rmSync(tree, { recursive: true, force: true });
});

/** What our lint configuration says about one file at one place of the repository. */
function lint(file: string, source: string): string {
  const path = join(tree, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['.'], {
    cwd: tree,
    encoding: 'utf8',
  });
  return stdout;
}

const use = (name: string): string => `import { thing } from '${name}';\n\nexport const copy: unknown = thing;\n`;

/** DESIGN: only azure imports an Azure SDK, only kube the Kubernetes client, and imports point one way. */
describe('the linter', () => {
  test.each([
    ['packages/crds/src/a.ts', '@kaito/kube', 'imports no other package'],
    ['packages/crds/src/a.ts', 'node:fs', 'no I/O'],
    ['packages/planner/src/a.ts', '@kaito/kube', 'pure'],
    ['packages/kube/src/a.ts', '@kaito/crds', 'kernel'],
    ['packages/kube/src/a.ts', '@azure/identity', 'kernel'],
    ['packages/azure/src/a.ts', '@kaito/kube', 'Azure only'],
    ['packages/emulator/src/a.ts', '@kaito/azure', 'built to the protocol'],
    ['packages/gpu-provisioner/src/a.ts', '@azure/arm-containerservice', '@kaito/azure'],
    ['packages/gpu-provisioner/src/a.ts', '@kaito/workspace', 'stands on'],
    ['packages/workspace/src/a.ts', '@kaito/azure', 'through the Kubernetes API only'],
    ['packages/workspace/src/a.ts', '@kubernetes/client-node', '@kaito/kube'],
    ['tools/demo/src/a.ts', '@kaito/kube/src/cache/store.ts', 'by its name'],
  ])('refuses in %s an import of %s', (file, imported, reason) => {
    expect(lint(file, use(imported))).toContain(reason);
  });

  test.each([
    ['packages/planner/src/a.ts', '@kaito/crds'],
    ['packages/gpu-provisioner/src/a.ts', '@kaito/azure'],
    ['packages/workspace/src/a.ts', '@kaito/planner'],
    ['packages/emulator/src/a.ts', '@kaito/kube'],
  ])('accepts in %s an import of %s', (file, imported) => {
    expect(lint(file, use(imported))).not.toContain('no-restricted-imports');
  });
});
