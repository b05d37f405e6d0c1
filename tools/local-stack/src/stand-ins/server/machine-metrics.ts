import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { ownAddress, say } from '../environment.ts';
import { listen } from './listen.ts';

const PORT = 5_000;
const GIB = 1024 ** 3;

/** Stands in for the metrics server beside KAITO's trainer: what the machine does, as JSON. It has no GPU to tell of. */
export async function serveMachineMetrics(env: NodeJS.ProcessEnv): Promise<void> {
  await listen(ownAddress(env), PORT, ({ path }) =>
    path === '/metrics' ? { status: 200, body: metrics() } : { status: 404, body: { detail: 'Not Found' } },
  );
  say(`Starting server on port ${PORT} (stand-in)`);
}

function metrics(): object {
  const cores = cpus().length;
  const [load = 0] = loadavg();
  const memory = { used: gigabytes(totalmem() - freemem()), total: gigabytes(totalmem()) };
  const load_percentage = Math.min(100, Math.round((100 * load) / cores));
  return { gpu_info: null, cpu_info: { load_percentage, physical_cores: cores, total_cores: cores, memory } };
}

function gigabytes(bytes: number): string {
  return `${(bytes / GIB).toFixed(2)} GB`;
}
