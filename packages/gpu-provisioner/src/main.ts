import { crds } from '@kaito/crds';
import { INSTALL_COMMAND, runInstallCommand } from '@kaito/kube';
import { run } from './app.ts';
import { loadConfig } from './config.ts';

const argv = process.argv.slice(2);
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());

try {
  if (argv[0] === INSTALL_COMMAND) await runInstallCommand(argv.slice(1), crds, stop.signal);
  else await run(loadConfig(argv, process.env), stop.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

// Everything has been told to stop. A connection that does not end must not keep the process, and its memory, for ever.
setTimeout(() => process.exit(), 2000).unref();
