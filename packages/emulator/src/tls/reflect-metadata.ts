/**
 * The three calls of the Reflect metadata proposal that tsyringe, inside @peculiar/x509, makes. The proposal was never
 * standardised, so Node has none of it; an implementation that somebody loaded before is left alone.
 */
type Metadata = Map<unknown, unknown>;

const metadata = new WeakMap<object, Metadata>();

const calls = {
  defineMetadata(key: unknown, value: unknown, target: object): void {
    const own: Metadata = metadata.get(target) ?? new Map<unknown, unknown>();
    own.set(key, value);
    metadata.set(target, own);
  },
  getOwnMetadata(key: unknown, target: object): unknown {
    return metadata.get(target)?.get(key);
  },
  getMetadata(key: unknown, target: object): unknown {
    const found = metadata.get(target)?.get(key);
    const parent: unknown = Object.getPrototypeOf(target);
    const inherits = typeof parent === 'function' || (typeof parent === 'object' && parent !== null);
    return found ?? (inherits ? calls.getMetadata(key, parent) : undefined);
  },
};

if (!('getMetadata' in Reflect)) Object.assign(Reflect, calls);
