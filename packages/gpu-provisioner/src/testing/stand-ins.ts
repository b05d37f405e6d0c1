import { AzureError } from '@kaito/azure';
import type { Accepted, AgentPool, AgentPoolSpec, OperationStatus } from '@kaito/azure';
import type { Logger } from '@kaito/kube';
import type { InstanceType, InstanceTypeLookup } from '../instance-types/instance-type.ts';

// Stand-ins for unit tests of the steps. The integration tests use the real client against the emulator instead.

/** A logger that says nothing. */
export const quiet: Logger = { error() {}, warn() {}, info() {}, debug() {}, child: () => quiet };

/** An agent pool as AKS would show it, with the given parts. */
export function anAgentPool(name: string, parts: Partial<AgentPool> = {}): AgentPool {
  const base = {
    id: `/pools/${name}`,
    etag: 'e1',
    vmSize: 'Standard_NC6s_v3',
    count: 1,
    provisioningState: 'Succeeded',
  };
  return { name, ...base, labels: {}, taints: [], tags: {}, zones: [], ...parts };
}

/** Agent pools in memory, which write down every call and fail when they are told to. */
export class PoolsInMemory {
  readonly pools = new Map<string, AgentPool>();
  /** `verb name`, in order; a delete also has its etag. */
  readonly calls: string[] = [];
  /** Thrown by the next call of that verb; with `effect`, after it did its work. */
  readonly faults: { verb: string; error: AzureError; effect?: boolean }[] = [];
  operationStatus: OperationStatus = { status: 'running' };

  create(name: string, spec: AgentPoolSpec): Promise<Accepted> {
    return this.#call('create', name, () => {
      if (this.pools.has(name)) throw new AzureError('it exists', { code: 'PreconditionFailed', kind: 'exists' });
      this.pools.set(name, anAgentPool(name, { provisioningState: 'Creating', tags: spec.tags, vmSize: spec.vmSize }));
      return { operationUrl: `https://arm/operations/${name}`, correlationId: 'c1' };
    });
  }

  get(name: string): Promise<AgentPool | undefined> {
    return this.#call('get', name, () => this.pools.get(name));
  }

  delete(name: string, { etag }: { readonly etag?: string | undefined } = {}): Promise<Accepted | undefined> {
    return this.#call('delete', etag === undefined ? name : `${name} ${etag}`, () => {
      const pool = this.pools.get(name);
      if (!pool) return undefined;
      if (etag !== undefined && etag !== pool.etag) {
        throw new AzureError('it changed', { code: 'PreconditionFailed', kind: 'busy', statusCode: 412 });
      }
      this.pools.set(name, { ...pool, provisioningState: 'Deleting' });
      return {};
    });
  }

  operation(url: string): Promise<OperationStatus> {
    return this.#call('operation', url, () => this.operationStatus);
  }

  #call<T>(verb: string, what: string, work: () => T): Promise<T> {
    this.calls.push(`${verb} ${what}`);
    const index = this.faults.findIndex(fault => fault.verb === verb);
    const [fault] = index < 0 ? [] : this.faults.splice(index, 1);
    try {
      if (fault && !fault.effect) throw fault.error;
      const result = work();
      if (fault) throw fault.error;
      return Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** A size as a location may sell it, with the given parts. */
export function anInstanceType(name: string, parts: Partial<InstanceType> = {}): InstanceType {
  const base = { family: 'standardNCSv3Family', vcpus: 6, memoryGiB: 112, gpus: 1, zones: ['1', '2', '3'] };
  return { name, ...base, architecture: 'amd64', spotCapable: true, ...parts };
}

/** A location that sells one size. */
export const oneInstanceType = {
  location: 'eastus',
  settled: true,
  read: true,
  all: (): readonly InstanceType[] => [anInstanceType('Standard_NC6s_v3')],
  lookup: (name: string): InstanceTypeLookup =>
    name === 'Standard_NC6s_v3' ? { found: 'yes', type: anInstanceType(name) } : { found: 'no' },
};
