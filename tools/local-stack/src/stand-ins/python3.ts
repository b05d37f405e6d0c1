import { messageOf } from '../error-text.ts';
import { serve } from './server/serve.ts';
import { serveMachineMetrics } from './server/machine-metrics.ts';

/* Stands in for the Python of KAITO's images: runs the stand-in of the script that it is told. */
const [script = '', ...rest] = process.argv.slice(2);

try {
  if (script.endsWith('metrics_server.py')) await serveMachineMetrics(process.env);
  else if (script.endsWith('/vllm/inference_api.py')) await serve('vllm', rest, process.env);
  else if (script.endsWith('inference_api.py')) await serve('transformers', rest, process.env);
  else throw new Error(`python3: can't open file '${script}': the stand-in knows the scripts of KAITO's images only`);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = script.endsWith('.py') ? 1 : 2;
}
