import type { AgentPool as SdkAgentPool } from '@azure/arm-containerservice';
import { readFault } from './cloud-fault.ts';
import type { CloudFault } from './cloud-fault.ts';
import { isJsonObject } from './json.ts';
import { present } from './present.ts';
import { parseTaint } from './taint.ts';
import type { Taint } from './taint.ts';

/** An agent pool as ARM reports it. */
export interface AgentPool {
  readonly name: string;
  /** ARM resource id. */
  readonly id: string;
  /** Changes with each change of the pool; absent at API versions before 2025. */
  readonly etag?: string;
  readonly vmSize: string;
  readonly count: number;
  /** Creating, Updating, Scaling, Upgrading, Deleting, Succeeded, Failed, Canceled …: AKS adds to the list. Empty when ARM sent none. */
  readonly provisioningState: string;
  /** Running or Stopped. */
  readonly powerState?: string;
  /** Why the last operation on the pool failed; AKS fills it for failed pools. */
  readonly provisioningError?: CloudFault;
  readonly mode?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly tags: Readonly<Record<string, string>>;
  /** GiB */
  readonly osDiskSizeGb?: number;
  readonly osSku?: string;
  readonly nodeImageVersion?: string;
  /** Regular or Spot. */
  readonly priority?: string;
  readonly zones: readonly string[];
}

/**
 * Reads a pool out of the SDK's model. The SDK does not check what it hands out, so every field may be missing; a pool
 * without a name is no pool.
 * @throws TypeError when ARM's answer is not an agent pool.
 */
export function fromSdkAgentPool(pool: Partial<SdkAgentPool>): AgentPool {
  if (!pool.name) throw new TypeError('the answer holds no agent pool: it has no name');
  return {
    name: pool.name,
    id: pool.id ?? '',
    vmSize: pool.vmSize ?? '',
    count: pool.count ?? 0,
    provisioningState: pool.provisioningState ?? '',
    labels: pool.nodeLabels ?? {},
    taints: (pool.nodeTaints ?? []).map(parseTaint),
    tags: pool.tags ?? {},
    zones: pool.availabilityZones ?? [],
    ...readOptionalFields(pool),
  };
}

function readOptionalFields(pool: Partial<SdkAgentPool>): Partial<AgentPool> {
  const error = pool.status?.provisioningError;
  return present({
    etag: pool.eTag,
    powerState: pool.powerState?.code,
    provisioningError: error ? readFault(error) : undefined,
    mode: pool.mode,
    osDiskSizeGb: pool.osDiskSizeGB,
    osSku: pool.osSKU,
    nodeImageVersion: pool.nodeImageVersion,
    priority: pool.scaleSetPriority,
  });
}

/**
 * Reads the pool that a PUT answered with. Needed because the SDK hands out a model only when the operation is over;
 * its model has the names of the wire, with `properties` folded in.
 * @returns undefined when the body is not an agent pool: the request was accepted all the same.
 */
export function fromWireAgentPool(body: unknown): AgentPool | undefined {
  return isWireAgentPool(body) ? fromSdkAgentPool({ ...body.properties, ...body }) : undefined;
}

interface WireAgentPool {
  readonly id?: string;
  readonly name: string;
  readonly properties?: Partial<SdkAgentPool>;
}

function isWireAgentPool(body: unknown): body is WireAgentPool {
  return isJsonObject(body) && typeof body.name === 'string';
}
