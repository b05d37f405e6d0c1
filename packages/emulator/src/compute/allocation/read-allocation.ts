import { PUBLISHED_ALLOCATION_MIX } from '../../admin/allocation-protocol.ts';
import type { AllocationMix, AllocationRule } from '../../admin/protocol.ts';
import { choice, integer, invalidInput, number, object, record, required, text } from '../../admin/read.ts';
import type { Reader } from '../../admin/read.ts';
import { knownSize } from '../known-size.ts';
import { isKnown } from './allocation-fault.ts';

const readFields = required(
  object<AllocationRule>({
    vmSize: knownSize,
    zone: choice('1', '2', '3', 'regional'),
    priority: choice('Regular', 'Spot'),
    code: text,
    message: text,
    mode: choice('request', 'operation'),
    afterMs: integer(0, 86_400_000),
    times: (value, where) => (value === 'always' ? value : integer(1)(value, where)),
    probability: number(0, 1),
    seed: integer(0),
  }),
  'code',
);

/** Reads a rule. @throws ServiceError 400, also for a code without a message that is not among `ALLOCATION_CODES`. */
export const readAllocationRule: Reader<AllocationRule> = (value, where) => {
  const rule = readFields(value, where);
  if (rule.message === undefined && !isKnown(rule.code)) {
    throw invalidInput(`${where}.message`, `is required: no message is known for code '${rule.code}'`);
  }
  return rule;
};

const readWeights: Reader<AllocationMix['weights']> = (value, where) => {
  const weights = record(number(0))(value, where);
  const unknown = Object.keys(weights).find(code => !isKnown(code));
  if (unknown !== undefined) throw invalidInput(where, `has '${unknown}', which is no allocation code`);
  if (!Object.values(weights).some(weight => weight > 0)) throw invalidInput(where, 'must have a weight above 0');
  return weights;
};

const readMix = required(
  object<AllocationMix>({ seed: integer(0), successRate: number(0, 1), weights: readWeights }),
  'seed',
  'successRate',
  'weights',
);

/** Reads a mix, `published`, or `off`. @throws ServiceError 400. */
export const readAllocationMix: Reader<AllocationMix | 'off'> = (value, where) => {
  if (value === 'off') return value;
  return value === 'published' ? { ...PUBLISHED_ALLOCATION_MIX } : readMix(value, where);
};
