import { fileURLToPath } from 'node:url';
import { messageOf, printProgress } from '@kaito/local-stack';
import { buildTestImages } from './e2e/images.ts';
import { PackagesMissing, prepareCluster } from './prepare.ts';
import { missingRequirements } from './requirements.ts';
import { runInside } from './world/outside.ts';

const INSIDE = fileURLToPath(new URL('inside-main.ts', import.meta.url));
const HELP = `npm run real-cluster    and    npm run e2e:real

Brings up a real one-node Kubernetes cluster (kubelet, containerd, runc) in Linux namespaces of its own, until Ctrl-C.
The second installs both charts on it with images that it builds, and takes them through a workspace whose model answers, an upgrade
under load, leaders that are killed, and uninstalling in either order. "prepare" in the place of "up" only fetches what both need.
It needs Linux, root and a Debian or Ubuntu; it installs nothing and leaves nothing behind.
`;

const COMMANDS = ['up', 'e2e', 'prepare'] as const;
type Command = (typeof COMMANDS)[number];

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const [word = 'up'] = argv;
  const command = COMMANDS.find(each => each === word);
  if (!command) {
    process.stdout.write(HELP);
    return word === '--help' ? 0 : 2;
  }
  const missing = missingRequirements();
  if (missing.length > 0) return skip(missing.join('; '));
  try {
    return await run(command, signal);
  } catch (error) {
    if (error instanceof PackagesMissing) return skip(error.message);
    throw error;
  }
}

async function run(command: Command, signal: AbortSignal): Promise<number> {
  const onProgress = printProgress(process.stderr);
  const { builder, plan } = await prepareCluster({ onProgress, signal });
  if (command === 'prepare') return 0;
  const built = command === 'e2e' ? await buildTestImages({ builder, onProgress, signal }) : [];
  const inside = [process.execPath, '--conditions=@kaito/source', INSIDE, command];
  const images = [...plan.images, ...built];
  return (await runInside({ plan: { ...plan, images }, command: inside, signal })) ?? 1;
}

function skip(reason: string): number {
  console.log(`SKIPPED: no real cluster can run here: ${reason}`);
  return 0;
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
