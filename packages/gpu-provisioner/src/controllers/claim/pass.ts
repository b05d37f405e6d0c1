import type { AgentPools } from '@kaito/azure';
import type { Client, Clock, EventRecorder, Logger, Node } from '@kaito/kube';
import type { Claim, Dialect } from '../../claims/claim.ts';
import type { InstanceTypeCatalogue } from '../../instance-types/instance-type-catalogue.ts';
import type { OfferingMemory } from '../../offerings/offering-memory.ts';
import type { OfferingMetrics } from '../../offerings/offering-metrics.ts';
import type { PoolDefaults } from '../../pools/pool-wish.ts';
import type { QuotaPreflight } from '../../quota/quota-preflight.ts';
import type { Deadlines } from './launch-deadline.ts';
import type { ProvisionerMetrics } from '../../metrics.ts';
import type { Operation, Operations } from '../../pools/operations.ts';
import type { PoolPoller } from '../../pools/pool-poller.ts';
import type { PoolSighting } from '../../pools/pool-sighting.ts';
import type { DisruptionMetrics } from '../disruption-metrics.ts';
import type { LaunchGate } from './launch-gate.ts';

/** What the steps act through. */
export interface Services {
  readonly client: Client;
  readonly agentPools: Pick<AgentPools, 'create' | 'get' | 'delete' | 'operation'>;
  readonly poller: Pick<PoolPoller, 'latest' | 'failure' | 'expect' | 'settle'>;
  readonly instanceTypes: Pick<InstanceTypeCatalogue, 'location' | 'settled' | 'read' | 'lookup' | 'all'>;
  /** What Azure has refused lately, and what it may sell. */
  readonly offerings: Pick<OfferingMemory, 'state' | 'begin' | 'ended' | 'failed' | 'succeeded'>;
  /** What the subscription and the cluster have room for. */
  readonly quota: Pick<
    QuotaPreflight,
    'isInformed' | 'shortage' | 'reserve' | 'wait' | 'confirmed' | 'uncertain' | 'release' | 'refused' | 'leave'
  >;
  readonly offeringMetrics: Pick<OfferingMetrics, 'failed'>;
  readonly disruptions: Pick<DisruptionMetrics, 'disrupted'>;
  readonly poolDefaults: PoolDefaults;
  readonly deadlines: Deadlines;
  /** Which NodeClaims are deleted when no machine can be had for them. */
  readonly deleteUnservable: 'owned' | 'all' | 'none';
  readonly operations: Operations;
  readonly gate: LaunchGate;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly metrics: ProvisionerMetrics;
  readonly clock: Clock;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
}

/** One pass over a living claim: what was observed, which every step reads. */
export interface Pass {
  readonly claim: Claim;
  readonly dialect: Dialect;
  /** Name of the agent pool that is the claim's. */
  readonly pool: string;
  readonly operation: Operation;
  readonly sighting: PoolSighting;
  /** Nodes that stand in the claim's pool or name the claim as their owner. */
  readonly nodes: readonly Node[];
  readonly signal: AbortSignal;
  readonly logger: Logger;
}
