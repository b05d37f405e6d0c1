import { fileURLToPath } from 'node:url';
import { messageOf, printProgress } from '@kaito/local-stack';
import { buildTestImages } from './e2e/images.ts';
import { prepareCluster } from './prepare.ts';
import { missingRequirements } from './requirements.ts';
import { runInside } from './world/outside.ts';

const INSIDE = fileURLToPath(new URL('inside-main.ts', import.meta.url));
const HELP = `npm run real-cluster    and    npm run e2e:real

Brings up a real one-node Kubernetes cluster (kubelet, containerd, runc) in Linux namespaces of its own, until Ctrl-C.
The second takes both controllers through install, a workspace, an upgrade under load and uninstall on it.
It needs Linux, root and a Debian or Ubuntu; it installs nothing and leaves nothing behind.
`;

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const [command = 'up'] = argv;
  if (command !== 'up' && command !== 'e2e') {
    process.stdout.write(HELP);
    return command === '--help' ? 0 : 2;
  }
  const missing = missingRequirements();
  if (missing.length > 0) {
    console.log(`SKIPPED: no real cluster can run here: ${missing.join('; ')}`);
    return 0;
  }
  const onProgress = printProgress(process.stderr);
  const { builder, ...plan } = await prepareCluster({ onProgress, signal });
  const images = command === 'e2e' ? await buildTestImages({ builder, onProgress, signal }) : [];
  const inside = [process.execPath, '--conditions=@kaito/source', INSIDE, command];
  return (
    (await runInside({ plan: { ...plan, archives: [...plan.archives, ...images] }, command: inside, signal })) ?? 1
  );
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  console.error(`real-cluster: ${messageOf(error)}`);
  process.exitCode = 1;
}
