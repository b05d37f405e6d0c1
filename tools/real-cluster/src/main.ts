import { fileURLToPath } from 'node:url';
import { messageOf, printProgress } from '@kaito/local-stack';
import { prepareCluster } from './prepare.ts';
import { missingRequirements } from './requirements.ts';
import { runInside } from './world/outside.ts';

const INSIDE = fileURLToPath(new URL('inside-main.ts', import.meta.url));
const HELP = `npm run real-cluster

Brings up a real one-node Kubernetes cluster (kubelet, containerd, runc) in Linux namespaces of its own, until Ctrl-C.
It needs Linux, root and a Debian or Ubuntu; it installs nothing and leaves nothing behind.
`;

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const [command = 'up'] = argv;
  if (command !== 'up') {
    process.stdout.write(HELP);
    return command === '--help' ? 0 : 2;
  }
  const missing = missingRequirements();
  if (missing.length > 0) {
    console.log(`SKIPPED: no real cluster can run here: ${missing.join('; ')}`);
    return 0;
  }
  const { builder: _builder, ...plan } = await prepareCluster({ onProgress: printProgress(process.stderr), signal });
  const inside = [process.execPath, '--conditions=@kaito/source', INSIDE, command];
  return (await runInside({ plan, command: inside, signal })) ?? 1;
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  console.error(`real-cluster: ${messageOf(error)}`);
  process.exitCode = 1;
}
