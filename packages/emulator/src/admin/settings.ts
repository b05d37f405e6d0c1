import { usageName } from '../compute/quota.ts';
import { findVmSize } from '../compute/vm-sizes.ts';
import type { Settings, SettingsPatch, Timings } from './protocol.ts';
import { choice, flag, integer, invalidInput, list, object, record, text } from './read.ts';
import type { Reader } from './read.ts';

/** Quick enough for tests, and in the order in which AKS does things: the Node comes before the operation has ended. */
export const DEFAULT_SETTINGS: Settings = {
  timings: { nodeRegisterMs: 300, operationMs: 1500, gpuAppearMs: 0, deleteMs: 500, nodeRemoveMs: 300 },
  nodes: 'join',
  quotas: {},
  pageSize: 250,
  poolCap: 100,
  exclusiveOperations: false,
  throttling: false,
  restrictedSizes: [],
  tokenTtlSeconds: 3600,
  operationRetryAfterSeconds: 0,
};

/** A day: nothing that the emulator waits for takes longer. */
const duration = integer(0, 86_400_000);

const readPatch = object<SettingsPatch>({
  timings: object<Partial<Timings>>({
    nodeRegisterMs: duration,
    operationMs: duration,
    gpuAppearMs: duration,
    deleteMs: duration,
    nodeRemoveMs: duration,
  }),
  nodes: choice('join', 'never'),
  quotas: record(integer(0)),
  pageSize: integer(1, 1000),
  poolCap: integer(1, 100_000),
  exclusiveOperations: flag,
  throttling: flag,
  restrictedSizes: list(text),
  tokenTtlSeconds: integer(0, 86_400),
  operationRetryAfterSeconds: integer(0, 3600),
});

/** Reads a change of settings. Quota and size names are accepted in any case. @throws ServiceError 400. */
export const readSettingsPatch: Reader<SettingsPatch> = (value, where) => {
  const patch = readPatch(value, where);
  return {
    ...patch,
    ...(patch.quotas && { quotas: knownQuotas(patch.quotas, `${where}.quotas`) }),
    ...(patch.restrictedSizes && { restrictedSizes: knownSizes(patch.restrictedSizes, `${where}.restrictedSizes`) }),
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
    const { timings, quotas } = this.#current;
    this.#current = {
      ...this.#current,
      ...patch,
      timings: { ...timings, ...patch.timings },
      quotas: { ...quotas, ...patch.quotas },
    };
    return this.#current;
  }
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

function knownSizes(names: readonly string[], where: string): readonly string[] {
  return names.map(name => {
    const size = findVmSize(name);
    if (!size) throw invalidInput(where, `has '${name}', which is no VM size of the emulator`);
    return size.name;
  });
}
