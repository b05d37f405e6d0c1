import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program of the repository. A test compares the whole result, so that a failure shows what the program said. */
function run(command: string, ...args: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      NODE_OPTIONS: '',
    },
  });
  if (error) throw error;
  return { status, output: stdout + stderr };
}

describe('the repository', () => {
  test('runs on Node 24 whatever Node started it', () => {
    expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
  });

  test('is formatted (fix: npm run format)', () => {
    expect(run('prettier', '--check', '.', '--log-level=warn')).toEqual({ status: 0, output: expect.any(String) });
  }, 120_000);

  test('passes the linter, module boundaries and floating promises included', () => {
    expect(run('oxlint', '--type-aware', '--deny-warnings', 'packages', 'tools')).toEqual({
      status: 0,
      output: expect.any(String),
    });
  }, 120_000);

  test('type-checks', () => {
    expect(run('npm', 'run', '--silent', 'typecheck')).toEqual({ status: 0, output: expect.any(String) });
  }, 300_000);

  test('has no drift in generated files (fix: npm run generate)', () => {
    expect(run('npm', 'run', '--silent', 'generate:check')).toEqual({ status: 0, output: expect.any(String) });
  }, 120_000);

  test('has a complete lock file', () => {
    expect(run('npm', 'ci', '--dry-run', '--ignore-scripts').output).not.toContain('Missing');
  }, 120_000);
});

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- npm checks the file's shape
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest;
}

/** DESIGN: imports point one way. What a package may depend on, by its package.json; the linter checks the imports themselves. */
const mayDependOn: Record<string, readonly string[]> = {
  crds: [],
  planner: ['crds'],
  kube: [],
  azure: [],
  emulator: ['kube'],
  'gpu-provisioner': ['azure', 'crds', 'kube', 'planner'],
  workspace: ['crds', 'kube', 'planner'],
  testing: ['crds', 'emulator', 'kube', 'local-stack'],
};

describe('package dependencies', () => {
  test.each(readdirSync(join(root, 'packages')))('%s depends only on what stands below it', name => {
    const manifest = manifestOf(name);
    const ours = Object.keys(manifest.dependencies ?? {}).filter(dependency => dependency.startsWith('@kaito/'));
    expect(Object.keys(mayDependOn)).toContain(name);
    expect(mayDependOn[name]).toEqual(
      expect.arrayContaining(ours.map(dependency => dependency.replace('@kaito/', ''))),
    );
  });

  test.each(readdirSync(join(root, 'packages')))('%s pins every dependency to an exact version', name => {
    const manifest = manifestOf(name);
    for (const version of Object.values(manifest.dependencies ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
