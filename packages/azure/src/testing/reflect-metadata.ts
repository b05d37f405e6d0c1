/** What @peculiar/x509's dependency injection wants of a Reflect proposal that Node never got; enough for it, and for nothing else. */
const store = new WeakMap<object, Map<unknown, unknown>>();

function getOwnMetadata(key: unknown, target: object): unknown {
  return store.get(target)?.get(key);
}

function getMetadata(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Reflect.getPrototypeOf(at)) {
    const value = getOwnMetadata(key, at);
    if (value !== undefined) return value;
  }
  return undefined;
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  store.set(target, (store.get(target) ?? new Map<unknown, unknown>()).set(key, value));
}

/** Puts the calls on Reflect; to be called before @peculiar/x509 is loaded. */
export function installReflectMetadata(): void {
  if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getMetadata, getOwnMetadata, defineMetadata });
}
