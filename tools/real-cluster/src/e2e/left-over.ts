import { pause } from '@kaito/local-stack';
import type { Azure } from './azure.ts';
import type { Kubectl } from './kubectl.ts';

const LOOK_AGAIN_MS = 200;
const WITHIN_MS = 60_000;
const SYSTEM = { pool: 'nodepool1', node: 'node/system' } as const;

/** Resolves when no pool, claim or node of a workspace is left. @throws with what is left when that takes too long. */
export async function nothingLeft({ emulator }: Azure, kubectl: Kubectl, signal: AbortSignal): Promise<void> {
  for (const until = performance.now() + WITHIN_MS; ; await pause(LOOK_AGAIN_MS, signal)) {
    const { pools } = await emulator.client.state();
    const objects = await kubectl.run('get', 'machines,nodeclaims,nodes', '-o', 'name');
    const left = [
      ...pools.map(({ name }) => name).filter(name => name !== SYSTEM.pool),
      ...objects.split('\n').filter(name => name !== '' && name !== SYSTEM.node),
    ];
    if (left.length === 0) return;
    if (performance.now() > until) throw new Error(`still there: ${left.join(', ')}`);
  }
}
