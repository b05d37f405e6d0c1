import { run } from './app.ts';
import { loadConfig } from './config.ts';

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());

try {
  await run(loadConfig({ argv: process.argv.slice(2), env: process.env }), stop.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

// Everything has been told to stop. A connection that does not end must not keep the process, and its memory, for ever.
setTimeout(() => process.exit(), 2000).unref();
