// Integration tests need the control-plane binaries and the bundled apps; both are made once, before the workers start.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function setup() {
  const main = fileURLToPath(new URL('../local-stack/src/prepare.ts', import.meta.url));
  const { status } = spawnSync(process.execPath, ['--conditions=@kaito/source', main], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(`preparing the local stack failed (exit ${status}); the reason stands above`);
}
