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
  // Not `once`: a library of the engine (signal-exit) ends the process at a signal that nobody else listens to any more.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
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
  try {
    const model = await loadModel({ ...config, logger, signal: stop.signal });
    server.serve(model);
    process.stdout.write(`${JSON.stringify({ url: `http://${config.host}:${port}`, model: STAND_IN })}\n`);
    if (!stop.signal.aborted)
      await new Promise(resolve => stop.signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    await server.drain(config.drainTimeout);
  }
  // What is still computing, or the memory of the model, is nobody's any more.
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`stand-in-model: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
