// The first thing that runs on a fresh machine, on whatever Node is there (20 or newer) and with nothing installed:
// installs the dependencies when the lock file changed, finds Node 24 (it comes with the dependencies on Linux), and hands over.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.kaito-lock-hash');
const [, , command, ...args] = process.argv;

const commands = {
  start: ['--conditions=@kaito/source', 'tools/demo/src/main.ts'],
  test: [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--config',
    'tools/jest/jest.config.mjs',
  ],
};

function fail(message) {
  console.error(`kaito: ${message}`);
  process.exit(1);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** `npm ci`, unless node_modules already holds what the lock file says. */
async function install() {
  const hash = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  process.stdout.write('Installing dependencies (npm ci; about half a minute, more on a slow network)\n');
  const ticker = process.stdout.isTTY ? setInterval(() => process.stdout.write(`\r  ${seconds()} s`), 1000) : undefined;
  const child = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(ticker);
  if (code !== 0)
    fail(
      `npm ci failed (exit ${code}).\n${output.trim()}\nCheck that the npm registry can be reached (npm ping), then run this again.`,
    );
  process.stdout.write(`${ticker ? '\r' : ''}  dependencies installed in ${seconds()} s\n`);
  writeFileSync(stamp, hash);
}

function major(node) {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? Number(/^v(\d+)/.exec(stdout)?.[1] ?? 0) : 0;
}

/** Node 24 or newer: the one among the dependencies, else the one that runs this. */
function findNode() {
  const bundled = join(bin, 'node');
  for (const node of [bundled, process.execPath]) if (existsSync(node) && major(node) >= 24) return node;
  return fail(
    `Node 24 or newer is needed and no build of it comes with the dependencies for ${process.platform}-${process.arch}; install it from https://nodejs.org and run this again (found: ${process.version}).`,
  );
}

if (!(command in commands)) fail(`unknown command ${command ?? '(none)'}; known: ${Object.keys(commands).join(', ')}`);
await install();
const child = spawn(findNode(), [...commands[command], ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, NX_DAEMON: 'false' },
});
// A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone must be passed on. Either way the child decides when to end.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => {});
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
