import { canonicalJson, sleep, type Client, type Clock, type Logger, type ObjectKey, type Runnable } from '@kaito/kube';

/** How much of a log is read. What a program reports is short; what it prints besides is passed over. */
const tail = { tailLines: 400, limitBytes: 256 * 1024 };

/** A container that reports by lines of JSON in its log, each an object with one key, the marker. */
export interface ReportSource {
  readonly pod: ObjectKey & { readonly uid: string };
  readonly container: string;
  readonly marker: string;
  /** Which of the reports count, oldest first; all when absent. The same input must give the same output. */
  readonly keep?: ((reports: readonly unknown[]) => readonly unknown[]) | undefined;
}

/** A source, and whether news of it are waited for. What is settled is read once and then left alone. */
export type WatchedSource = ReportSource & { readonly awaited: boolean };

/** What has been watched for so many times as long is read once more: a training of hours is told of each minute, not each moment. */
const patience = 20;
/** The longest pause between two looks at the same source, in milliseconds. */
const maxPauseMs = 60_000;

interface Entry {
  source: WatchedSource;
  /** Since when it is watched, and when it was read last, by the monotonic clock. */
  readonly since: number;
  readAt?: number;
  /** Undefined: not read yet. */
  reports?: readonly unknown[];
}

export interface LogReportsOptions {
  readonly client: Pick<Client, 'podLogs'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between two rounds, in milliseconds; 3,000 by default. */
  readonly intervalMs?: number;
  /** Logs that are read at the same time; 8 by default. */
  readonly parallel?: number;
}

/**
 * Reads what containers report of themselves. Logs have no watch, so those of which something is awaited are read round by round, a
 * bounded number at a time; whom they belong to is told only when a report is another than before. Where nothing is awaited, nothing is
 * read.
 */
export class LogReports implements Runnable {
  readonly name = 'log-reports';
  readonly leaderOnly = true;
  readonly #options: LogReportsOptions;
  readonly #watched = new Map<string, ReadonlyMap<string, Entry>>();
  readonly #listeners: ((key: string) => void)[] = [];

  constructor(options: LogReportsOptions) {
    this.#options = options;
  }

  /** Calls `listener` with the key of whoever watches a source whose reports have changed. */
  onChange(listener: (key: string) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Says of which containers `key` wants to know, in place of what it said before; none: it is forgotten. Costs no request.
   * @param sources each container and marker once
   */
  watch(key: string, sources: readonly WatchedSource[]): void {
    const before = this.#watched.get(key);
    if (sources.length === 0) {
      this.#watched.delete(key);
      return;
    }
    const entries = sources.map((source): [string, Entry] => {
      const id = idOf(source);
      const known = before?.get(id);
      if (!known) return [id, { source, since: this.#options.clock.monotonic() }];
      known.source = source;
      return [id, known];
    });
    this.#watched.set(key, new Map(entries));
  }

  /** What a container has reported, oldest first, as it was last read; undefined: it was not read yet. */
  latest(key: string, source: Pick<ReportSource, 'pod' | 'container' | 'marker'>): readonly unknown[] | undefined {
    return this.#watched.get(key)?.get(idOf(source))?.reports;
  }

  /** Reads round by round until `signal` is aborted. */
  async start(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs = 3000 } = this.#options;
    while (!signal.aborted) {
      await this.#round(signal);
      await sleep(clock, intervalMs, signal).catch(() => undefined);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const due = [...this.#watched].flatMap(([key, entries]) =>
      [...entries.values()]
        .filter(({ source, reports }) => source.awaited || reports === undefined)
        .filter(entry => isDue(entry, this.#options.clock.monotonic()))
        .map(entry => ({ key, entry })),
    );
    const { parallel = 8 } = this.#options;
    const readers = Array.from({ length: Math.min(parallel, due.length) }, async () => {
      for (let next = due.shift(); next && !signal.aborted; next = due.shift()) {
        if (await this.#read(next.entry, signal)) this.#tell(next.key);
      }
    });
    await Promise.all(readers);
  }

  /** @returns whether its reports are other ones than before */
  async #read(entry: Entry, signal: AbortSignal): Promise<boolean> {
    const { client, logger } = this.#options;
    const { pod, container, marker, keep = all } = entry.source;
    entry.readAt = this.#options.clock.monotonic();
    try {
      const reports = keep(reportsIn(await client.podLogs(pod, { container, ...tail, signal }), marker));
      const isNews = canonicalJson(reports) !== canonicalJson(entry.reports ?? []);
      entry.reports = reports;
      return isNews;
    } catch (error) {
      // It has not started, or is gone: the watch on pods tells of both.
      if (!signal.aborted) logger.debug('Cannot read what a container reports', { pod: pod.name, container, error });
      return false;
    }
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}

function isDue({ since, readAt }: Entry, now: number): boolean {
  return readAt === undefined || now - readAt >= Math.min(maxPauseMs, (now - since) / patience);
}

function idOf({ pod, container, marker }: Pick<ReportSource, 'pod' | 'container' | 'marker'>): string {
  return `${pod.uid}/${container}/${marker}`;
}

function all(reports: readonly unknown[]): readonly unknown[] {
  return reports;
}

/** The values under the marker, of the lines that have it. What else a program prints, and a line cut in two, is none of ours. */
function reportsIn(log: string, marker: string): readonly unknown[] {
  const start = `{"${marker}":`;
  return log.split('\n').flatMap(line => {
    const at = line.indexOf(start);
    return at === -1 ? [] : valueIn(line.slice(at), marker);
  });
}

function valueIn(line: string, marker: string): readonly unknown[] {
  try {
    const found: unknown = JSON.parse(line);
    return isObject(found) ? [found[marker]] : [];
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
