import type { Client, Clock, Pod } from '@kaito/kube';
import { jobs, parseKey, keyOf } from '@kaito/kube';
import { namespace } from '../../world/view.ts';
import type { View } from '../../world/view.ts';
import { runningStep } from '../view.ts';
import type { TrainerRun } from './books.ts';

export interface TrainerListenerOptions {
  readonly view: View;
  readonly client: Client;
  readonly clock: Clock;
  /** Names of the workspaces whose trainings keep checkpoints. */
  readonly names: readonly string[];
}

/** Milliseconds between two looks at the logs. */
const PACE_MS = 250;
const LIMIT_BYTES = 64 * 1024;
const MARKER = 'kaito.training';

/** Hears from the logs of trainers where they began and how far they came. */
export class TrainerListener {
  readonly #options: TrainerListenerOptions;
  readonly #runs = new Map<string, TrainerRun>();
  #last = -Infinity;

  constructor(options: TrainerListenerOptions) {
    this.#options = options;
  }

  /** In the order in which they were first heard. */
  get runs(): readonly TrainerRun[] {
    return [...this.#runs.values()];
  }

  /** Reads the logs of the trainers that run, every now and then. */
  async look(signal: AbortSignal): Promise<void> {
    const { view, clock, names } = this.#options;
    const now = clock.monotonic();
    if (now - this.#last < PACE_MS) return;
    this.#last = now;
    const training = names.flatMap(name => view.pods(name)).filter(pod => runningStep(pod) === 'trainer');
    await Promise.all(training.map(pod => this.#listen(pod, signal)));
  }

  async #listen(pod: Pod, signal: AbortSignal): Promise<void> {
    const { client, view } = this.#options;
    const { uid = '', labels } = pod.metadata;
    const name = labels?.['kaito.sh/workspace'] ?? '';
    const job = view.cache.informer(jobs).get(`${namespace}/${name}`);
    const owner = job?.metadata.ownerReferences?.[0]?.uid;
    if (owner === undefined) return;
    const read = { container: 'trainer', tailLines: 500, limitBytes: LIMIT_BYTES, signal };
    // A log that cannot be read now, or any more, says nothing.
    const log = await client.podLogs(parseKey(keyOf(pod)), read).catch(() => '');
    const reports = log.split('\n').flatMap(reportIn);
    const [first] = reports;
    if (!first) return;
    const most = (key: string): number => Math.max(0, ...reports.map(report => report[key] ?? 0));
    const run = { owner, pod: uid, first: first['step'] ?? 0, last: most('step'), checkpoint: most('checkpoint') };
    this.#runs.set(uid, run);
  }
}

type Report = Readonly<Record<string, number>>;

function reportIn(line: string): readonly Report[] {
  if (!line.includes(MARKER)) return [];
  try {
    const parsed: { readonly [MARKER]?: Report } = JSON.parse(line.slice(line.indexOf('{')));
    return parsed[MARKER] ? [parsed[MARKER]] : [];
  } catch {
    return []; // Cut off.
  }
}
