import { createLogger, createMetrics, systemClock } from '@kaito/kube';
import { loadConfig } from './config.ts';
import { STAND_IN } from './facts.ts';
import { findAdapters } from './find-adapters.ts';
import { loadModel } from './model/load-model.ts';
import { StandInServer } from './server/stand-in-server.ts';

/** Serves until it is told to stop. Standard output is for the ready line alone; logs go to standard error. */
async function main(): Promise<void> {
  const config = loadConfig(process.argv.slice(2), process.env);
  const { from, concurrency, waiting, servedName } = config;
  const logger = createLogger({ level: config.logLevel, name: 'stand-in-model', stream: process.stderr });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  logger.info('Standing in for a model', { model: STAND_IN, ignoredFlags: from.ignored });
  const adapters = await findAdapters(config.adapters);
  const server = new StandInServer({
    models: [{ id: servedName }, ...adapters.map(id => ({ id, parent: servedName }))],
    runtime: from.runtime ?? 'vllm',
    pipeline: from.pipeline,
    concurrency,
    waiting,
    requestTimeoutMs: config.requestTimeout,
    logger,
    metrics: createMetrics(),
    clock: systemClock,
  });
  const port = await server.listen(config.port, config.host);
  const model = await loadModel({ ...config, logger, signal: stop.signal });
  server.serve(model);
  process.stdout.write(`${JSON.stringify({ url: `http://${config.host}:${port}`, model: STAND_IN })}\n`);
  if (!stop.signal.aborted)
    await new Promise(resolve => stop.signal.addEventListener('abort', resolve, { once: true }));
  await server.drain(config.drainTimeout);
  await model.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`stand-in-model: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
