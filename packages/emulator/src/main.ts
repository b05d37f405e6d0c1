import { createLogger } from '@kaito/kube';
import { loadConfig } from './config.ts';
import { startEmulator } from './emulator.ts';

/** Serves until it is told to stop. Standard output is for the ready line alone; logs go to standard error. */
async function main(): Promise<void> {
  const config = loadConfig(process.argv.slice(2), process.env);
  const logger = createLogger({ level: config.logLevel, name: 'emulator', stream: process.stderr });
  const stopping = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const emulator = await startEmulator({ ...config.emulator, logger });
  const { url, caFile, cluster } = emulator;
  process.stdout.write(`${JSON.stringify({ url, caFile, cluster })}\n`);
  await stopping;
  await emulator.stop();
}

main().catch((error: unknown) => {
  process.stderr.write(`azure-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
