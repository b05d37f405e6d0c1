import { standInWeights } from '../stand-ins/weights.ts';
import type { StackRegistry } from './registry.ts';

/** What a container that pulls weights is told (the environment of the step `weights`). */
const REFERENCE = 'WEIGHTS_REFERENCE';

/**
 * Public registries hold the weights of every model; that of a stack gets stand-ins for them when a container is about to ask.
 * @returns what to do before a container starts, with its environment
 */
export function weightsOnDemand(registry: StackRegistry): (env: Readonly<Record<string, string>>) => Promise<void> {
  const pushed = new Map<string, Promise<unknown>>();
  return async env => {
    const reference = env[REFERENCE];
    if (reference === undefined || !reference.startsWith(`${registry.address}/`) || reference.includes('@')) return;
    const push = pushed.get(reference) ?? pushUnlessThere(registry, reference);
    pushed.set(reference, push);
    await push.catch((error: unknown) => {
      pushed.delete(reference);
      throw error;
    });
  };
}

async function pushUnlessThere(registry: StackRegistry, reference: string): Promise<void> {
  if (await registry.has(reference)) return;
  const model = reference.slice(reference.lastIndexOf('/') + 1);
  await registry.pushFiles(reference, Object.fromEntries(standInWeights(model)));
}
