import { messageOf, printProgress } from '@kaito/local-stack';
import { ensureStandIn } from './fetch/ensure-stand-in.ts';

/** Fetches engine and weights, into the folder that is named or the cache, and prints where they are as JSON. */
const [folder] = process.argv.slice(2);
try {
  const files = await ensureStandIn({ onProgress: printProgress(process.stderr), ...(folder ? { folder } : {}) });
  process.stdout.write(`${JSON.stringify(files)}\n`);
} catch (error) {
  process.stderr.write(`stand-in-model: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
