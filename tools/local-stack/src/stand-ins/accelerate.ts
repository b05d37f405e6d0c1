import { basename } from 'node:path';
import { messageOf } from '../error-text.ts';
import { serve } from './server/serve.ts';
import { runTrainer } from './trainer/run-trainer.ts';

/*
 * Stands in for Hugging Face's `accelerate launch [flags] script [arguments]`: runs the stand-in of the script. Whatever a script ends with,
 * accelerate ends with 1 when it has failed.
 */
const words = process.argv.slice(2);
const script = words.findIndex(word => word.endsWith('.py'));
const name = basename(words[script] ?? '');
const rest = words.slice(script + 1);

try {
  if (name === 'train.py' || name === 'fine_tuning.py')
    process.exitCode = (await runTrainer(process.env)) === 0 ? 0 : 1;
  else if (name === 'inference_api.py') await serve('transformers', rest, process.env);
  else throw new Error(`accelerate (stand-in): it has no stand-in for ${words.join(' ')}`);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
