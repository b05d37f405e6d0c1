import type { Node } from '@kaito/kube';
import { GPU_NEVER_APPEARED, lacksGpus, registeredAt } from './initialization-deadline.ts';
import { minutes } from './launch-deadline.ts';
import type { Pass, Services } from './pass.ts';

/**
 * Tells when a node in service still shows no GPUs long after it came: the claim did not ask for any, so it is Ready, and yet
 * what will be scheduled there waits in vain.
 * @returns when to look again, in milliseconds, while there is time left
 */
export function watchGpus({ claim, dialect, logger }: Pass, services: Services, node: Node): number | undefined {
  const { instanceTypes, deadlines, clock, events } = services;
  if (!lacksGpus(node, name => instanceTypes.lookup(name))) return undefined;
  const { initializationMs } = deadlines;
  const dueInMs = registeredAt(claim, dialect, clock.now()) + initializationMs - clock.now();
  if (dueInMs > 0) return dueInMs;
  const { name } = node.metadata;
  const message = `Node ${name} shows no GPUs ${minutes(initializationMs)} after it joined, though its machine has some; check the GPU driver and that the device plugin runs on the node`;
  events.record(claim.object, { type: 'Warning', reason: GPU_NEVER_APPEARED, message });
  logger.warn('Node shows no GPUs', { node: name });
  return undefined;
}
