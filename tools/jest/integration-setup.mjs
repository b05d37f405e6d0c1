// Integration tests need the control-plane binaries and the bundled apps, and a real cluster, where this machine can have one, the parts
// of its nodes. All are made once, before the workers start.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAMS = [['../local-stack/src/prepare.ts'], ['../real-cluster/src/main.ts', 'prepare']];

export default function setup() {
  for (const [file, ...args] of PROGRAMS) {
    const main = fileURLToPath(new URL(file, import.meta.url));
    const { status } = spawnSync(process.execPath, ['--conditions=@kaito/source', main, ...args], {
      stdio: 'inherit',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    if (status !== 0) throw new Error(`${file}: preparing failed (exit ${status}); the reason stands above`);
  }
}
