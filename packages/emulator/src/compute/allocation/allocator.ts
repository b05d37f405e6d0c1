import type {
  AllocationMix,
  AllocationRule,
  AllocationRuleState,
  ClusterIdentity,
  Settings,
} from '../../admin/protocol.ts';
import { allocationFault } from './allocation-fault.ts';
import type { AllocationFault, AllocationRequest } from './allocation-fault.ts';
import { Dice } from './dice.ts';

/** Where the machines go (no zone: regional), or why there are none. */
export type Placement = { readonly zones: readonly string[] } | { readonly fault: AllocationFault };

export interface AllocatorOptions {
  readonly cluster: ClusterIdentity;
  readonly settings: () => Pick<Settings, 'allocationRules' | 'allocationMix'>;
}

interface Progress {
  readonly dice: Dice;
  hits: number;
}

/** A zonal failure has no meaning for a pool without zones; this is what it is called there. */
const REGIONAL_CODES: Readonly<Record<string, string>> = {
  ZonalAllocationFailed: 'AllocationFailed',
  OverconstrainedZonalAllocationRequest: 'OverconstrainedAllocationRequest',
};
const REGIONAL = 'regional';

/** Decides which requests Azure has machines for: the rules of the settings first, then the mix. */
export class Allocator {
  readonly #options: AllocatorOptions;
  /** What has become of rules and mixes, for as long as they are set. */
  readonly #progress = new WeakMap<AllocationRule | AllocationMix, Progress>();

  constructor(options: AllocatorOptions) {
    this.#options = options;
  }

  /** Places machines in the zones that no rule closes. A rule takes one hit per request, however many zones it closes. */
  place(request: AllocationRequest): Placement {
    const { allocationRules, allocationMix } = this.#options.settings();
    const candidates = request.zones.length > 0 ? request.zones : [REGIONAL];
    let open = candidates;
    let cause: AllocationRule | undefined;
    for (const rule of allocationRules) {
      const closes = open.filter(zone => matches(rule, zone, request));
      if (closes.length === 0 || !this.#hits(rule, request.pool)) continue;
      open = open.filter(zone => !closes.includes(zone));
      if (closes.includes(candidates[0] ?? REGIONAL)) cause = rule;
    }
    if (open.length === 0 && cause) return { fault: this.#fault(cause, request) };
    const code = allocationMix && this.#luck(allocationMix, request);
    if (code !== undefined) return { fault: this.#fault({ code }, request) };
    return { zones: request.zones.length > 0 ? open : [] };
  }

  /** The rules of the settings and what has become of them. */
  rules(): readonly AllocationRuleState[] {
    return this.#options.settings().allocationRules.map(rule => {
      const hits = this.#progress.get(rule)?.hits ?? 0;
      return { rule, hits, remaining: typeof rule.times === 'number' ? Math.max(0, rule.times - hits) : 'always' };
    });
  }

  #hits(rule: AllocationRule, pool: string): boolean {
    const progress = this.#progressOf(rule, rule.seed ?? 1);
    if (typeof rule.times === 'number' && progress.hits >= rule.times) return false;
    if (rule.probability !== undefined && progress.dice.roll(pool) >= rule.probability) return false;
    progress.hits += 1;
    return true;
  }

  /** The code of the failure, or undefined for success. */
  #luck(mix: AllocationMix, { pool, zones }: AllocationRequest): string | undefined {
    const roll = this.#progressOf(mix, mix.seed).dice.roll(pool);
    if (roll < mix.successRate) return undefined;
    const weights = Object.entries(mix.weights);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    // The rest of the roll, spread over the weights.
    let left = ((roll - mix.successRate) / (1 - mix.successRate)) * total;
    const code = weights.find(([, weight]) => (left -= weight) < 0)?.[0] ?? weights.at(-1)?.[0];
    return zones.length > 0 || code === undefined ? code : (REGIONAL_CODES[code] ?? code);
  }

  #progressOf(key: AllocationRule | AllocationMix, seed: number): Progress {
    const progress = this.#progress.get(key) ?? { dice: new Dice(seed), hits: 0 };
    this.#progress.set(key, progress);
    return progress;
  }

  #fault(
    cause: Pick<AllocationRule, 'code' | 'message' | 'mode' | 'afterMs'>,
    request: AllocationRequest,
  ): AllocationFault {
    return allocationFault(cause, request, this.#options.cluster);
  }
}

function matches(rule: AllocationRule, zone: string, { size, spot }: AllocationRequest): boolean {
  if (rule.vmSize !== undefined && rule.vmSize.toLowerCase() !== size.name.toLowerCase()) return false;
  if (rule.zone !== undefined && rule.zone !== zone) return false;
  return rule.priority === undefined || rule.priority === (spot ? 'Spot' : 'Regular');
}
