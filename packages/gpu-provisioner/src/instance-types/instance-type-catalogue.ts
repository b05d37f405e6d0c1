import type { Skus, VmSize } from '@kaito/azure';
import { sleep } from '@kaito/kube';
import type { Clock, Logger, Runnable } from '@kaito/kube';
import type { InstanceType, InstanceTypeLookup } from './instance-type.ts';

/** What Azure sells where changes rarely, and the list is a megabyte. */
const REFRESH_MS = 6 * 3_600_000;
/** Azure's names of CPU architectures, in Kubernetes' words. */
const ARCHITECTURES: ReadonlyMap<string, InstanceType['architecture']> = new Map([
  ['x64', 'amd64'],
  ['Arm64', 'arm64'],
]);
const FAILURE_BASE_MS = 5000;
const FAILURE_MAX_MS = 600_000;

export interface InstanceTypeCatalogueOptions {
  readonly skus: Skus;
  readonly location: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The instance types of the location, read from Azure and kept for hours. It fails open: while the list cannot be read,
 * every type passes and Azure has the last word.
 */
export class InstanceTypeCatalogue implements Runnable {
  readonly name = 'instance-type-catalogue';
  readonly leaderOnly = true;
  readonly location: string;
  readonly #options: InstanceTypeCatalogueOptions;
  #types: ReadonlyMap<string, InstanceType> | undefined;
  #settled = false;
  #onSettled: () => void = () => {};

  constructor(options: InstanceTypeCatalogueOptions) {
    this.#options = options;
    this.location = options.location;
  }

  /** Whether the first attempt to read the list is over, one way or the other. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Calls back once, when the first attempt is over. */
  onSettled(callback: () => void): void {
    this.#onSettled = callback;
  }

  /** What the list says about a name; Azure's names do not depend on case. */
  lookup(name: string): InstanceTypeLookup {
    if (this.#types === undefined) return { found: 'unread' };
    const type = this.#types.get(name.toLowerCase());
    return type ? { found: 'yes', type } : { found: 'no' };
  }

  /** Keeps the list fresh until the signal is aborted. */
  async start(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      failures = (await this.#read(signal)) ? 0 : failures + 1;
      const delay = failures === 0 ? REFRESH_MS : Math.min(FAILURE_MAX_MS, FAILURE_BASE_MS * 2 ** (failures - 1));
      await sleep(clock, delay, signal).catch(() => undefined); // rejects only when it is time to stop
    }
  }

  async #read(signal: AbortSignal): Promise<boolean> {
    const { skus, location, logger } = this.#options;
    try {
      const sizes = await skus.list(location, { signal });
      this.#types = new Map(sizes.filter(isSold).map(size => [size.name.toLowerCase(), toInstanceType(size)]));
      logger.info('Instance types read', { location, count: this.#types.size });
      return true;
    } catch (error) {
      if (!signal.aborted) logger.warn('Reading instance types failed; every type passes until it works', { error });
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

/** Sizes that the whole location denies to the subscription are as good as absent. */
function isSold(size: VmSize): boolean {
  return !size.restrictions.some(({ type }) => type === 'Location');
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
