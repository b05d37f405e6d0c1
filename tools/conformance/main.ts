import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { renderPage } from './page.ts';
import { allKept, readSuite, type JestReport } from './results.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = 'docs/conformance.md';
const folder = 'packages/workspace/src/conformance';
/** The test files with one target each, in the order of the columns, and those beside them. */
const targets = ['machine', 'node-claim', 'karpenter-claims', 'karpenter-pools', 'byo'];
const together = ['moving'];

const report = runTests();
const suites = targets.map(stem => readSuite(report, stem));
const others = together.map(stem => readSuite(report, stem));
const text = renderPage({
  targets: suites,
  together: others,
  karpenterVersion: karpenterVersion(),
  date: new Date().toISOString().slice(0, 10),
});
const options = await resolveConfig(join(root, page));
const formatted = await format(text, { ...options, filepath: page });
writeFileSync(join(root, page), formatted);
process.stdout.write(`\n${formatted}\nwrote ${page}\n`);
process.exitCode = allKept([...suites, ...others]) ? 0 : 1;

/** Makes sure of Karpenter, which is built from source the first time, then runs the tests. */
function runTests(): JestReport {
  const work = mkdtempSync(join(tmpdir(), 'kaito-conformance-'));
  const outputFile = join(work, 'report.json');
  try {
    node(['--conditions=@kaito/source', 'tools/local-stack/src/prepare.ts'], {});
    const jest = [
      'node_modules/jest/bin/jest.js',
      '-c',
      'tools/jest/jest.config.mjs',
      '--selectProjects',
      'integration',
    ];
    node([...jest, '--json', `--outputFile=${outputFile}`, '--testPathPatterns', folder], {
      NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
    });
    const read: JestReport = JSON.parse(readFileSync(outputFile, 'utf8'));
    return read;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What it prints is for people, and so goes where their messages go. A failure shows in what it leaves behind. */
function node(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { error } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error) throw error;
}

function karpenterVersion(): string {
  const goMod = readFileSync(join(root, 'tools/local-stack/go/karpenter/go.mod'), 'utf8');
  return /sigs\.k8s\.io\/karpenter v(\S+)/.exec(goMod)?.[1] ?? 'unknown';
}
