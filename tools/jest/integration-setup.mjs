// Integration tests need the control-plane binaries and the bundled apps, and a real cluster, where this machine can have one, the parts
// of its nodes. All are made once, before the workers start.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

function run(file, ...args) {
  const main = fileURLToPath(new URL(file, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--conditions=@kaito/source', main, ...args], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return status;
}

export default function setup() {
  // The programs of Kubernetes are there for half a minute. They would spend a third of their processor time on collecting garbage of
  // which there is little; workers and stacks take this over.
  process.env.GOGC ??= 'off';
  process.env.GOMEMLIMIT ??= '600MiB';
  const status = run('../local-stack/src/prepare.ts');
  if (status !== 0) throw new Error(`preparing the local stack failed (exit ${status}); the reason stands above`);
  // One test needs these, and fails by itself where they cannot be had.
  if (run('../real-cluster/src/main.ts', 'prepare') !== 0)
    console.error('preparing the real cluster failed; the reason stands above');
}
