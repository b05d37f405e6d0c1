import { readAllocationMix, readAllocationRule } from '../compute/allocation/read-allocation.ts';
import { knownSize } from '../compute/known-size.ts';
import { MAX_USAGE_LAG_MS, usageName } from '../compute/quota.ts';
import { PUBLISHED_ALLOCATION_MIX } from './allocation-protocol.ts';
import { METHODS, ROUTES } from './protocol.ts';
import type { RateLimit, Settings, SettingsPatch, Timings } from './protocol.ts';
import { choice, flag, integer, invalidInput, list, number, object, record, required } from './read.ts';
import { readNodeRule } from './read-node.ts';
import type { Reader } from './read.ts';

/** Quick enough for tests, and in the order in which AKS does things: the Node comes before the operation has ended. */
export const DEFAULT_SETTINGS: Settings = {
  timings: { nodeRegisterMs: 300, operationMs: 1500, gpuAppearMs: 0, deleteMs: 500, nodeRemoveMs: 300, powerMs: 1000 },
  nodes: 'join',
  quotas: {},
  pageSize: 250,
  poolCap: 100,
  exclusiveOperations: false,
  throttling: false,
  subscriptionThrottling: false,
  rateLimits: {},
  restrictedSizes: [],
  restrictedZones: {},
  allocationRules: [],
  nodeRules: [],
  usageLagMs: 0,
  stopRemovesNodes: false,
  startConflict: 'refuse',
  tokenTtlSeconds: 3600,
  operationRetryAfterSeconds: 0,
};

/** A day: nothing that the emulator waits for takes longer. */
const duration = integer(0, 86_400_000);

const readLimit = required(
  object<RateLimit>({
    capacity: integer(0),
    perSecond: number(0),
    retryAfterSeconds: integer(0, 86_400),
  }),
  'capacity',
  'perSecond',
);

function readRateLimit(value: unknown, where: string): RateLimit | null {
  return value === null ? null : readLimit(value, where);
}

const readPatch = object<SettingsPatch>({
  timings: object<Partial<Timings>>({
    nodeRegisterMs: duration,
    operationMs: duration,
    gpuAppearMs: duration,
    deleteMs: duration,
    nodeRemoveMs: duration,
    powerMs: duration,
  }),
  nodes: choice('join', 'never'),
  quotas: record(integer(0)),
  pageSize: integer(1, 1000),
  poolCap: integer(1, 100_000),
  exclusiveOperations: flag,
  throttling: flag,
  subscriptionThrottling: flag,
  rateLimits: record(readRateLimit),
  restrictedSizes: list(knownSize),
  restrictedZones: record(list(choice('1', '2', '3'))),
  allocationRules: list(readAllocationRule),
  allocationMix: readAllocationMix,
  nodeRules: list(readNodeRule),
  usageLagMs: integer(0, MAX_USAGE_LAG_MS),
  stopRemovesNodes: flag,
  startConflict: choice('refuse', 'preempt'),
  tokenTtlSeconds: integer(0, 86_400),
  operationRetryAfterSeconds: integer(0, 3600),
});

/** Reads a change of settings. Quota and size names are accepted in any case. @throws ServiceError 400. */
export const readSettingsPatch: Reader<SettingsPatch> = (value, where) => {
  const patch = readPatch(value, where);
  return {
    ...patch,
    ...(patch.quotas && { quotas: knownQuotas(patch.quotas, `${where}.quotas`) }),
    ...(patch.rateLimits && { rateLimits: knownOperations(patch.rateLimits, `${where}.rateLimits`) }),
    ...(patch.restrictedZones && { restrictedZones: bySize(patch.restrictedZones, `${where}.restrictedZones`) }),
  };
};

/** The settings that hold now. */
export class SettingsHolder {
  #current = DEFAULT_SETTINGS;

  get current(): Settings {
    return this.#current;
  }

  /** Changes what the patch names and returns all settings. */
  change(patch: SettingsPatch): Settings {
    const { allocationMix: before, ...current } = this.#current;
    const { allocationMix: given = before, rateLimits = {}, ...rest } = patch;
    const allocationMix = given === 'published' ? { ...PUBLISHED_ALLOCATION_MIX } : given;
    this.#current = {
      ...current,
      ...rest,
      ...(allocationMix !== undefined && allocationMix !== 'off' && { allocationMix }),
      timings: { ...current.timings, ...patch.timings },
      quotas: { ...current.quotas, ...patch.quotas },
      restrictedZones: { ...current.restrictedZones, ...patch.restrictedZones },
      rateLimits: withoutNull({ ...current.rateLimits, ...rateLimits }),
    };
    return this.#current;
  }
}

function withoutNull(limits: Readonly<Record<string, RateLimit | null>>): Readonly<Record<string, RateLimit>> {
  return Object.fromEntries(Object.entries(limits).flatMap(([name, limit]) => (limit ? [[name, limit]] : [])));
}

function knownQuotas(quotas: Readonly<Record<string, number>>, where: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(quotas).map(([name, limit]) => {
      const known = usageName(name);
      if (known === undefined) throw invalidInput(where, `has no '${name}': GET the usages for the names`);
      return [known, limit];
    }),
  );
}

function bySize<T>(values: Readonly<Record<string, T>>, where: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [knownSize(name, where), value]));
}

/** Operations are named as the request counters name them. */
function knownOperations<T>(values: Readonly<Record<string, T>>, where: string): Readonly<Record<string, T>> {
  for (const name of Object.keys(values)) {
    const [method, route, ...more] = name.split(' ');
    const known = METHODS.some(word => word === method) && ROUTES.some(word => word === route) && more.length === 0;
    if (!known)
      throw invalidInput(where, `has '${name}', which is no operation such as 'PUT agentPools' or 'LIST usages'`);
  }
  return values;
}
