import { isAzureError } from '@kaito/azure';
import type { AgentPools, FaultKind } from '@kaito/azure';
import type { Clock, Metrics } from '@kaito/kube';

/** Seconds. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Karpenter's names of its errors of a cloud; it gives any other error no name. */
const errorNames: Partial<Record<FaultKind, string>> = {
  notFound: 'NodeClaimNotFoundError',
  capacity: 'InsufficientCapacityError',
  quota: 'InsufficientCapacityError',
  sku: 'InsufficientCapacityError',
  cap: 'InsufficientCapacityError',
};

/**
 * Counts the calls of the controllers to the cloud as Karpenter does, so that dashboards made for it work. A call ends with the
 * acceptance of its request: agent pools come and go without a caller who waits.
 */
export class CloudProviderMetrics {
  readonly #durations;
  readonly #errors;
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(metrics: Metrics, clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#durations = metrics.histogram<'controller' | 'method' | 'provider'>({
      name: 'karpenter_cloudprovider_duration_seconds',
      help: 'Time that calls to the cloud took, by controller, method and provider.',
      labels: ['controller', 'method', 'provider'],
      buckets: BUCKETS,
    });
    this.#errors = metrics.counter<'controller' | 'method' | 'provider' | 'error'>({
      name: 'karpenter_cloudprovider_errors_total',
      help: 'Calls to the cloud that failed, by controller, method, provider and the name of the error.',
      labels: ['controller', 'method', 'provider', 'error'],
    });
  }

  /** The same agent pools, with every call of the controller measured. */
  measure(agentPools: AgentPools, controller: string): AgentPools {
    const call = <T>(method: string, work: () => Promise<T>): Promise<T> => this.#call({ controller, method }, work);
    return {
      create: (name, spec, options) => call('Create', () => agentPools.create(name, spec, options)),
      delete: (name, options) => call('Delete', () => agentPools.delete(name, options)),
      get: (name, options) => call('Get', () => agentPools.get(name, options)),
      list: options => call('List', () => agentPools.list(options)),
      operation: (url, options) => call('GetOperation', () => agentPools.operation(url, options)),
    };
  }

  async #call<T>(own: { readonly controller: string; readonly method: string }, work: () => Promise<T>): Promise<T> {
    const labels = { ...own, provider: 'azure' };
    const start = this.#clock.monotonic();
    try {
      return await work();
    } catch (error) {
      this.#errors.inc({ ...labels, error: (isAzureError(error) && errorNames[error.kind]) || '' });
      throw error;
    } finally {
      this.#durations.observe(labels, (this.#clock.monotonic() - start) / 1000);
    }
  }
}
