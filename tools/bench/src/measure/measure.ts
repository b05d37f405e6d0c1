import { burst, idling, rest, restarting, usageOf } from './bench.ts';
import type { Bench, MeasureOptions } from './bench.ts';
import { counted } from '../report/row.ts';
import type { Measurement } from './measurements.ts';

/** How the objects of a run are made and deleted. */
export interface Subject {
  /** What one of them is called. */
  readonly noun: string;
  make(name: string): Promise<void>;
  unmake(name: string): Promise<void>;
  /** What of the time of a single object was ours, in milliseconds; asked as soon as that object is ready. */
  ownMs(sentAt: number, name: string): number;
}

/**
 * Makes all objects at once; then idles, restarts the controllers, and deletes them all.
 * @throws when a step takes longer than `timeoutMs`, with what the objects say.
 */
export async function measure(
  bench: Bench & { readonly watch: Times },
  subject: Subject,
  options: MeasureOptions,
): Promise<Measurement> {
  const { watch, names, apps } = bench;
  const { idleSeconds, onStep } = options;
  const count = names.length;
  const objects = counted(count, subject.noun);
  await rest(bench);
  onStep(`making ${objects}`);
  const sentAt = performance.now();
  const create = await burst(bench, name => subject.make(name), watch.readyAt);
  const [only] = names;
  const oursMs = count === 1 && only !== undefined ? subject.ownMs(sentAt, only) : undefined;
  const { rssMiB, peakRssMiB } = await usageOf(apps);
  onStep(`leaving ${objects} alone`);
  const idle = idleSeconds > 0 ? await idling(bench, idleSeconds) : undefined;
  onStep(`restarting what serves ${objects}`);
  const restart = await restarting(bench);
  onStep(`deleting ${objects}`);
  const remove = await burst(bench, name => subject.unmake(name), watch.goneAt);
  return {
    count,
    create,
    restart,
    remove,
    rssMiB,
    peakRssMiB,
    ...(idle && { idle }),
    ...(oursMs !== undefined && { oursMs }),
  };
}

interface Times {
  readonly readyAt: ReadonlyMap<string, number>;
  readonly goneAt: ReadonlyMap<string, number>;
}
