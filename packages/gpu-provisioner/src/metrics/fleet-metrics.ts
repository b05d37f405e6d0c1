import type { Metrics } from '@kaito/kube';
import type { Claim, ClaimKind, ClaimObject, Dialect } from '../claims/claim.ts';
import { phases } from '../claims/conditions.ts';
import { dialects } from '../claims/dialects.ts';
import type { PoolOperation } from '../pools/pool-poller.ts';

/** Where the fleet is read at the moment of a scrape. */
export interface FleetSource {
  /** The cached claims; those of other provisioners among them are left out. */
  readonly claims: Readonly<Record<ClaimKind, { list(): readonly ClaimObject[] }>>;
  /** How many agent pools are waited for. */
  readonly poller: { inFlight(operation: PoolOperation): number };
}

/** How far a claim has come: the last phase that it has finished, or that it has to finish the first, or that it is going. */
export type ClaimPhase = 'pending' | 'launched' | 'registered' | 'initialized' | 'deleting';

const claimPhases: readonly ClaimPhase[] = ['pending', ...phases, 'deleting'];
const operations: readonly PoolOperation[] = ['create', 'delete'];

/** The claims by phase and the operations in flight, computed when they are scraped: nothing is counted twice or forgotten. */
export class FleetMetrics {
  readonly #claims;
  readonly #inFlight;
  readonly #source: FleetSource;

  constructor(metrics: Metrics, source: FleetSource) {
    this.#source = source;
    this.#claims = metrics.gauge<'kind' | 'phase'>({
      name: 'kaito_claims',
      help: 'Claims of this provisioner by the last phase that they finished; each replica tells all of them.',
      labels: ['kind', 'phase'],
    });
    this.#inFlight = metrics.gauge<'operation'>({
      name: 'kaito_agent_pool_operations_in_flight',
      help: 'Agent pools whose creation or deletion is waited for.',
      labels: ['operation'],
    });
  }

  /** Computes everything anew; to be called before each scrape. */
  show(): void {
    const { claims, poller } = this.#source;
    for (const dialect of Object.values(dialects)) {
      const { kind } = dialect;
      const found = claims[kind]
        .list()
        .filter(claim => dialect.isOurs(claim))
        .map(claim => phaseOf(dialect.view(claim), dialect));
      for (const phase of claimPhases) {
        this.#claims.set({ kind, phase }, found.filter(other => other === phase).length);
      }
    }
    for (const operation of operations) this.#inFlight.set({ operation }, poller.inFlight(operation));
  }
}

/** The phase of a claim, from its conditions. */
export function phaseOf(
  { deletedAt, status: { conditions = [] } }: Pick<Claim, 'deletedAt' | 'status'>,
  { conditionTypes }: Pick<Dialect, 'conditionTypes'>,
): ClaimPhase {
  if (deletedAt !== undefined) return 'deleting';
  const isTrue = (type: string): boolean =>
    conditions.some(condition => condition.type === type && condition.status === 'True');
  return phases.findLast(phase => isTrue(conditionTypes[phase])) ?? 'pending';
}
