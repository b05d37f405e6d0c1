import type { EvictionRequest, NodeConditionPatch, NodeRule } from './protocol.ts';
import { poolPattern } from './pool-pattern.ts';
import { choice, integer, invalidInput, list, object, required, text } from './read.ts';
import type { Reader } from './read.ts';

const duration = integer(0, 86_400_000);

/** Reads how some machines behave. @throws ServiceError 400. */
export const readNodeRule: Reader<NodeRule> = required(
  object<NodeRule>({
    pool: poolPattern,
    join: choice('never'),
    joinAfterMs: duration,
    ready: choice('never'),
    gpu: choice('never'),
  }),
  'pool',
);

/** Reads what is to be written into a Node's status. @throws ServiceError 400. */
export const readConditions: Reader<readonly NodeConditionPatch[]> = list(
  required(
    object<NodeConditionPatch>({
      type: text,
      status: choice('True', 'False', 'Unknown'),
      reason: text,
      message: (value, where) => (value === '' ? '' : text(value, where)),
      lastTransitionTime: time,
    }),
    'type',
    'status',
  ),
);

/** Reads an eviction. @throws ServiceError 400. */
export const readEviction: Reader<EvictionRequest> = object<EvictionRequest>({
  noticeMs: duration,
  instance: integer(0, 999),
});

function time(value: unknown, where: string): string {
  const given = text(value, where);
  if (/^\d{4}-\d\d-\d\dT/.test(given) && !Number.isNaN(Date.parse(given))) return new Date(given).toISOString();
  throw invalidInput(where, 'must be a time such as 2026-01-31T12:00:00Z');
}
