import type { Usage } from '@kaito/azure';
import { createMetrics } from '@kaito/kube';
import type { Clock, RecordedEvent } from '@kaito/kube';
import type { Services } from '../controllers/claim/pass.ts';
import { LaunchGate } from '../controllers/claim/launch-gate.ts';
import { DisruptionMetrics } from '../controllers/disruption-metrics.ts';
import { ProvisionerMetrics } from '../metrics.ts';
import { OfferingMemory } from '../offerings/offering-memory.ts';
import { OfferingMetrics } from '../offerings/offering-metrics.ts';
import { QuotaPreflight } from '../quota/quota-preflight.ts';
import { oneInstanceType, quiet } from './stand-ins.ts';

const MINUTE = 60_000;

/** What there is to be had. */
interface Limits {
  readonly usages?: readonly Usage[];
  readonly maxPools?: number;
  readonly types?: typeof oneInstanceType;
}

/** All but the cluster, the pools and the operations; with the memory, the ledger and the Events in full. */
export type LaunchSurroundings = Omit<
  Services,
  'client' | 'agentPools' | 'poller' | 'operations' | 'offerings' | 'quota'
> & {
  readonly recorded: RecordedEvent[];
  readonly offerings: OfferingMemory;
  readonly quota: QuotaPreflight;
};

/** What a launch decides by, for unit tests: the real memory, ledger and metrics over a location that sells one size, unless said otherwise. */
export function launchSurroundings(
  clock: Clock,
  { usages = [], maxPools, types = oneInstanceType }: Limits = {},
): LaunchSurroundings {
  const recorded: RecordedEvent[] = [];
  const metrics = createMetrics({ processMetrics: false });
  const lifetimes = { capacityMs: 60 * MINUTE, quotaMs: 10 * MINUTE, skuMs: 23 * 60 * MINUTE };
  const offerings = new OfferingMemory({ lifetimes, clock });
  const quota = new QuotaPreflight({
    enabled: usages.length > 0,
    usages: { list: () => Promise.resolve(usages) },
    location: 'eastus',
    instanceTypes: types,
    maxPools: () => maxPools,
    refreshMs: MINUTE,
    clock,
    logger: quiet,
    metrics,
  });
  return {
    recorded,
    instanceTypes: types,
    offerings,
    offeringMetrics: new OfferingMetrics(metrics, offerings, clock),
    quota,
    poolDefaults: { tags: {} },
    deadlines: { launchMs: 30 * MINUTE, registrationMs: 15 * MINUTE, initializationMs: 20 * MINUTE },
    deleteUnservable: 'owned',
    disruptions: new DisruptionMetrics(metrics),
    gate: new LaunchGate(),
    events: { record: (_, event) => void recorded.push(event) },
    metrics: new ProvisionerMetrics(metrics),
    clock,
    random: () => 0,
  };
}
