import { catalogue, findModel, isModelId, type Model, type ModelLookup, type Problem } from '@kaito/planner';
import { backoffDelay, type Clock, type Logger, type Runnable } from '@kaito/kube';
import { HubClient } from './hub-client.ts';
import { HubError, isHubError } from './hub-error.ts';
import { fetchModel, type HubCall } from './hub-model.ts';
import { LookupCache, type Entry } from './lookup-cache.ts';
import { lookupOff, nameUnknown, problemOf, tokenMissing } from './lookup-problems.ts';
import { Revisions } from './revisions.ts';
import type { ReadToken } from './secret-token.ts';
import { WorkPool } from './work-pool.ts';

export interface ModelDirectoryOptions {
  /** Hugging Face, or a mirror of it, e.g. `https://huggingface.co`. `off` or absent: nobody is asked, the catalogue is all there is. */
  readonly endpoint?: string | undefined;
  readonly readToken: ReadToken;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Spreads retries: numbers in [0, 1). */
  readonly random: () => number;
  /** Milliseconds that one look-up may take in all; 30,000 when absent. */
  readonly timeoutMs?: number | undefined;
  /** Answers that are remembered; 1,000 when absent. */
  readonly limit?: number | undefined;
}

/** Names, in lower case, under which a model may have been asked for whose answer has changed. */
export type LookupListener = (names: readonly string[]) => void;

/** Milliseconds after which an answer is asked for again. */
const times = { known: 24 * 3_600_000, refused: 10 * 60_000 };
const defaultTimeoutMs = 30_000;
const backoff = { baseMs: 2_000, maxMs: 5 * 60_000 };

/** Attempts that may fail before it is said that Hugging Face cannot be asked. */
const quietFailures = 2;
const concurrentLookups = 4;

/** An answer to one question, before it is remembered. */
interface Answer {
  readonly lookup: ModelLookup;
  readonly tokenMayHelp: boolean;
}

/**
 * What is known about models by name: the catalogue, and the files of others on Hugging Face. Asking never waits; what is not known is
 * fetched in the background, once however many ask, and listeners are told.
 *
 * An answer that needed a token is remembered for the Secret it came from alone, so that nobody profits from another's token.
 */
export class ModelDirectory implements Runnable {
  readonly name = 'model-directory';
  readonly #options: ModelDirectoryOptions;
  readonly #hub: HubClient | undefined;
  readonly #cache: LookupCache;
  readonly #pool = new WorkPool(concurrentLookups);
  readonly #revisions: Revisions;
  readonly #listeners = new Set<LookupListener>();

  /** @throws TypeError when the endpoint is not an http or https URL */
  constructor(options: ModelDirectoryOptions) {
    this.#options = options;
    this.#hub =
      options.endpoint === undefined || options.endpoint === 'off' ? undefined : new HubClient(options.endpoint);
    this.#cache = new LookupCache(options.limit ?? 1_000);
    this.#revisions = new Revisions({
      hub: this.#hub,
      pool: this.#pool,
      logger: options.logger,
      settled: model => this.#tell(namesOf(model)),
    });
  }

  /**
   * What is known now, from memory. Never throws and never waits.
   * @param name as in `inference.preset.name`
   * @param secretKey `namespace/name` of the Secret with the token of whoever asks
   */
  lookup(name: string, secretKey?: string): ModelLookup {
    const catalogued = findModel(catalogue, name);
    if (catalogued) {
      const model = this.#revisions.withRevision(catalogued);
      return model ? { state: 'known', model } : { state: 'pending' };
    }
    if (!isModelId(name)) return unknown(nameUnknown(name));
    if (!this.#hub) return unknown(lookupOff(name));
    const id = name.toLowerCase();
    const open = this.#entry(id, undefined);
    if (secretKey === undefined || !open?.tokenMayHelp) return open?.lookup ?? { state: 'pending' };
    return this.#entry(id, secretKey)?.lookup ?? { state: 'pending' };
  }

  /** Is told whenever the answer for a name has changed or was confirmed. @returns ends that */
  onChange(listener: LookupListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The Secret (`namespace/name`) has other content: what was refused with its token is asked again. */
  secretChanged(secretKey: string): void {
    for (const entry of this.#cache.ofSecret(secretKey)) if (entry.lookup.state !== 'known') this.#fetch(entry);
  }

  /** Fetches until the signal is aborted, then resolves when the last request has ended. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#pool.run(signal);
    this.#cache.stop();
  }

  #entry(id: string, secretKey: string | undefined): Entry | undefined {
    const entry = this.#cache.of(id, secretKey);
    if (entry && !entry.timer && this.#options.clock.monotonic() >= entry.staleAt) this.#fetch(entry);
    return entry;
  }

  #fetch(entry: Entry): void {
    const hub = this.#hub;
    if (hub) this.#pool.add(entry.key, signal => this.#fetchInto(entry, hub, signal));
  }

  async #fetchInto(entry: Entry, hub: HubClient, stop: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(this.#options.timeoutMs ?? defaultTimeoutMs)]);
    let answer: Answer;
    try {
      answer = await this.#ask(entry, hub, signal);
    } catch (error) {
      if (!stop.aborted) this.#settleFailure(entry, hub, signal.aborted ? noAnswer() : error);
      return;
    }
    this.#settle(entry, answer);
  }

  async #ask({ id, secretKey }: Entry, hub: HubClient, signal: AbortSignal): Promise<Answer> {
    const token = secretKey === undefined ? undefined : await this.#options.readToken(secretKey, signal);
    const asked = { id, page: hub.pageOf(id), secretKey };
    if (secretKey !== undefined && token === undefined) return refused(tokenMissing(asked));
    const call: HubCall = { token, signal };
    try {
      const reading = await fetchModel(hub, id, call);
      return 'model' in reading
        ? { lookup: { state: 'known', model: reading.model }, tokenMayHelp: false }
        : refused(reading.problem);
    } catch (error) {
      if (!isHubError(error) || error.kind === 'transient') throw error;
      const lookup = unknown(problemOf(asked, error));
      return { lookup, tokenMayHelp: error.kind !== 'unusable' };
    }
  }

  #settle(entry: Entry, { lookup, tokenMayHelp }: Answer): void {
    const { logger } = this.#options;
    const { id: model, secretKey } = entry;
    if (lookup.state === 'unknown')
      logger.info('Cannot serve a model', { model, secretKey, reason: lookup.problem.code });
    else logger.info('Found a model', { model, secretKey });
    Object.assign(entry, { lookup, tokenMayHelp, failures: 0 });
    this.#again(entry, lookup.state === 'known' ? times.known : times.refused);
  }

  /** A model that was found stays known while it cannot be asked about again. */
  #settleFailure(entry: Entry, hub: HubClient, thrown: unknown): void {
    const error = isHubError(thrown) ? thrown : new HubError('transient', String(thrown));
    entry.failures++;
    const delay = Math.max(
      error.retryAfterMs ?? 0,
      backoffDelay(entry.failures, { ...backoff, random: this.#options.random }),
    );
    const { id, secretKey, failures } = entry;
    this.#options.logger.warn('Cannot look a model up', { model: id, secretKey, failures, reason: error.message });
    if (entry.lookup.state !== 'known' && failures > quietFailures) {
      entry.lookup = unknown(problemOf({ id, page: hub.pageOf(id), secretKey }, error));
    }
    this.#again(entry, delay);
  }

  /**
   * Sets when it is asked again. What is not known is asked then by itself, as long as somebody wants to know; what is known, when
   * somebody asks.
   */
  #again(entry: Entry, delayMs: number): void {
    if (!this.#cache.has(entry)) return;
    const { clock } = this.#options;
    entry.staleAt = clock.monotonic() + delayMs;
    entry.timer?.cancel();
    entry.timer = undefined;
    if (entry.lookup.state !== 'known') {
      entry.wanted = entry.lookup.state === 'pending';
      entry.timer = clock.setTimeout(() => this.#due(entry), delayMs);
    }
    this.#tell([entry.id]);
  }

  #due(entry: Entry): void {
    entry.timer = undefined;
    if (entry.wanted) this.#fetch(entry);
    else this.#cache.delete(entry);
  }

  #tell(names: readonly string[]): void {
    for (const listener of this.#listeners) listener(names);
  }
}

function unknown(problem: Problem): ModelLookup {
  return { state: 'unknown', problem };
}

function refused(problem: Problem): Answer {
  return { lookup: unknown(problem), tokenMayHelp: false };
}

function noAnswer(): HubError {
  return new HubError('transient', 'no answer in time');
}

function namesOf({ id, aliases }: Model): readonly string[] {
  return [id.toLowerCase(), ...aliases];
}
