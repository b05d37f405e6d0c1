import type { Skus, VmSize } from '@kaito/azure';
import { canonicalJson } from '@kaito/kube';
import type { Clock, Logger, Runnable } from '@kaito/kube';
import { keepFresh } from '../keep-fresh.ts';
import { fallbackInstanceTypes } from './fallback-instance-types.ts';
import type { InstanceType, InstanceTypeLookup } from './instance-type.ts';

/** Azure's names of CPU architectures, in Kubernetes' words. */
const ARCHITECTURES: ReadonlyMap<string, InstanceType['architecture']> = new Map([
  ['x64', 'amd64'],
  ['Arm64', 'arm64'],
]);

/** One reading of the list; names in lower case. */
interface Reading {
  readonly all: readonly InstanceType[];
  readonly sold: ReadonlyMap<string, InstanceType>;
  /** Why sizes that the location has are not sold to this subscription. */
  readonly restricted: ReadonlyMap<string, string>;
}

export interface InstanceTypeCatalogueOptions {
  readonly skus: Skus;
  readonly location: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The instance types of the location, read from Azure and kept for hours. It fails open: while the list cannot be read,
 * what a built-in table knows is taken from there, every other name passes, and Azure has the last word. It knows no prices.
 */
export class InstanceTypeCatalogue implements Runnable {
  readonly name = 'instance-type-catalogue';
  readonly leaderOnly = true;
  readonly location: string;
  readonly #options: InstanceTypeCatalogueOptions;
  #reading: Reading | undefined;
  #settled = false;
  #onSettled: () => void = () => {};
  #onChange: () => void = () => {};

  constructor(options: InstanceTypeCatalogueOptions) {
    this.#options = options;
    this.location = options.location;
  }

  /** Whether the first attempt to read the list is over, one way or the other. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether the list was ever read; until then nobody can choose from it. */
  get read(): boolean {
    return this.#reading !== undefined;
  }

  /** Calls back once, when the first attempt is over. Takes one listener. */
  onSettled(callback: () => void): void {
    this.#onSettled = callback;
  }

  /** Calls back after each reading but the first attempt's that says something new: what was refused may be sold now. Takes one listener. */
  onChange(callback: () => void): void {
    this.#onChange = callback;
  }

  /** What is known about a name; Azure's names do not depend on case. */
  lookup(name: string): InstanceTypeLookup {
    const key = name.toLowerCase();
    const type = this.#reading ? this.#reading.sold.get(key) : fallbackInstanceTypes.get(key);
    if (type) return { found: 'yes', type };
    if (!this.#reading) return { found: 'unread' };
    return { found: 'no', why: this.#reading.restricted.get(key) ?? `not offered in ${this.location}` };
  }

  /** All types that the location sells to this subscription, with and without GPUs; empty until the list was read. */
  all(): readonly InstanceType[] {
    return this.#reading?.all ?? [];
  }

  /** Keeps the list fresh until the signal is aborted. */
  start(signal: AbortSignal): Promise<void> {
    return keepFresh(() => this.#read(signal), this.#options.clock, signal);
  }

  async #read(signal: AbortSignal): Promise<boolean> {
    const { skus, location, logger } = this.#options;
    try {
      const reading = readingOf(await skus.list(location, { signal }));
      const changed = !isSame(this.#reading, reading);
      this.#reading = reading;
      logger.info('Instance types read', { location, count: reading.sold.size, changed });
      if (changed && this.#settled) this.#onChange();
      return true;
    } catch (error) {
      const meanwhile = this.#reading ? 'the list read before stands' : 'Azure has the last word on instance types';
      if (!signal.aborted) logger.warn('Reading instance types failed', { error, location, meanwhile });
      return false;
    } finally {
      this.#settle();
    }
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#onSettled();
  }
}

function readingOf(sizes: readonly VmSize[]): Reading {
  const sold = new Map<string, InstanceType>();
  const restricted = new Map<string, string>();
  for (const size of sizes) {
    const why = restrictionOf(size);
    if (why === undefined) sold.set(size.name.toLowerCase(), toInstanceType(size));
    else restricted.set(size.name.toLowerCase(), why);
  }
  return { all: [...sold.values()], sold, restricted };
}

/** Sizes that the whole location denies to the subscription are as good as absent (Azure docs, Resource SKUs, restrictions). */
function restrictionOf({ restrictions }: VmSize): string | undefined {
  const whole = restrictions.find(({ type }) => type === 'Location');
  return whole && `restricted for this subscription (${whole.reason || 'no reason given'})`;
}

function toInstanceType(size: VmSize): InstanceType {
  const { name, family, vcpus, memoryGiB, gpus, architecture, spotCapable } = size;
  const closed = size.restrictions.flatMap(({ zones }) => zones);
  return {
    name,
    family,
    vcpus,
    memoryGiB,
    gpus,
    spotCapable,
    architecture: ARCHITECTURES.get(architecture ?? ''),
    zones: size.zones.filter(zone => !closed.includes(zone)),
  };
}

function isSame(before: Reading | undefined, after: Reading): boolean {
  return before !== undefined && textOf(before) === textOf(after);
}

function textOf({ sold, restricted }: Reading): string {
  return canonicalJson([Object.fromEntries(sold), Object.fromEntries(restricted)]);
}
