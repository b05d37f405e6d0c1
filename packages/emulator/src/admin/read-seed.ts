import type { PoolSeed } from './protocol.ts';
import { choice, integer, list, object, record, required, text } from './read.ts';

const value = (given: unknown, where: string): string => (given === '' ? '' : text(given, where));

/** Reads a pool to be put in place. @throws ServiceError 400. */
export const readSeed = object<PoolSeed>({
  vmSize: text,
  count: integer(0, 1000),
  mode: choice('System', 'User'),
  labels: record(value),
  tags: record(value),
  taints: list(text),
  zones: list(choice('1', '2', '3')),
  priority: choice('Regular', 'Spot'),
  osDiskSizeGb: integer(0, 2048),
  createdAt: integer(0),
  provisioningState: choice('Succeeded', 'Failed', 'Canceled', 'Creating'),
  provisioningError: required(
    object<{ code: string; message: string }>({ code: text, message: text }),
    'code',
    'message',
  ),
  nodes: choice('join', 'never'),
});
