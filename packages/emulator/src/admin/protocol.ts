/**
 * What the admin API under `/_emulator/` speaks: the types that the server, `EmulatorClient` and tests share.
 * All durations are milliseconds unless the name says seconds.
 */
import type { AllocationMix, AllocationRule } from './allocation-protocol.ts';
import type { NodeRule } from './node-protocol.ts';

export type * from './allocation-protocol.ts';
export type * from './node-protocol.ts';

/** How long things take. Both node times count from the acceptance of the request that causes them. */
export interface Timings {
  /** From an accepted PUT until a Node object appears. */
  readonly nodeRegisterMs: number;
  /** From an accepted PUT until its operation has ended. */
  readonly operationMs: number;
  /** From a Node's first Ready until it shows its GPUs; 0: it is born with them. */
  readonly gpuAppearMs: number;
  /** From an accepted DELETE until the pool is gone. */
  readonly deleteMs: number;
  /** From an accepted DELETE until the Node objects are deleted. */
  readonly nodeRemoveMs: number;
  /** From an accepted stop or start of the cluster until its operation has ended. */
  readonly powerMs: number;
}

/** A token bucket: holds `capacity` requests and gets `perSecond` back. */
export interface RateLimit {
  readonly capacity: number;
  readonly perSecond: number;
  /** What a refusal says in Retry-After; by default the seconds until there is a token again. */
  readonly retryAfterSeconds?: number;
}

/** Everything that can be changed while the emulator runs. */
export interface Settings {
  readonly timings: Timings;
  /** `never`: machines are made, but no Node ever registers. */
  readonly nodes: 'join' | 'never';
  /** vCPU limits by usage name (`cores`, `lowPriorityCores`, or a family), merged over generous defaults. */
  readonly quotas: Readonly<Record<string, number>>;
  /** Pools in a page of LIST. */
  readonly pageSize: number;
  /** Agent pools that a cluster may have. */
  readonly poolCap: number;
  /** One agent pool operation at a time in the whole cluster; others get 409 OperationNotAllowed. */
  readonly exclusiveOperations: boolean;
  /** Refuse with 429 when the token buckets that AKS is known to have are empty. */
  readonly throttling: boolean;
  /** Refuse with 429 when ARM's buckets of the subscription are empty: 250 reads and 25 a second, 200 writes and 10 a second. */
  readonly subscriptionThrottling: boolean;
  /**
   * Buckets of single APIs by operation, for example `PUT agentPools` (one for each pool) or `LIST usages`; they hold
   * whatever `throttling` says. `null` in a patch takes one away.
   */
  readonly rateLimits: Readonly<Record<string, RateLimit>>;
  /** VM sizes that the subscription may not use: refused by PUT, shown with a restriction in the SKU list. */
  readonly restrictedSizes: readonly string[];
  /** Zones in which the subscription may not use a VM size, by size; as above. `[]` in a patch lifts a restriction. */
  readonly restrictedZones: Readonly<Record<string, readonly string[]>>;
  /** Which capacity is closed; a patch replaces all of them. */
  readonly allocationRules: readonly AllocationRule[];
  /** Absent: what no rule closes succeeds. */
  readonly allocationMix?: AllocationMix;
  /** How Nodes misbehave; a patch replaces all of them. */
  readonly nodeRules: readonly NodeRule[];
  /** How far the usages API lags behind; admission always knows the true numbers. */
  readonly usageLagMs: number;
  /** Whether Nodes are deleted while the cluster is stopped; otherwise they stay, NotReady. */
  readonly stopRemovesNodes: boolean;
  /**
   * What a write on a pool meets while the cluster starts. `refuse`: 409 OriginalEtagNotExpect. `preempt`: it is accepted,
   * the start fails with that code, and the cluster is Failed, as has been reported from the field.
   */
  readonly startConflict: 'refuse' | 'preempt';
  /** Lifetime of access tokens issued from now on. */
  readonly tokenTtlSeconds: number;
  /** Retry-After on accepted operations and their unfinished status; 0: not sent, as seen in recordings of AKS. */
  readonly operationRetryAfterSeconds: number;
}

/** A change of settings: what is left out stays as it is. */
export type SettingsPatch = Partial<Omit<Settings, 'timings' | 'allocationMix' | 'rateLimits'>> & {
  readonly timings?: Partial<Timings>;
  /** `published`: the mix that Microsoft has published, with seed 1. */
  readonly allocationMix?: AllocationMix | 'published' | 'off';
  readonly rateLimits?: Readonly<Record<string, RateLimit | null>>;
};

export const METHODS = ['GET', 'LIST', 'PUT', 'DELETE', 'POST', 'PATCH', 'HEAD'] as const;
/** HTTP methods, and LIST for the GET of a collection. */
export type Method = (typeof METHODS)[number];

export const ROUTES = [
  'agentPools',
  'agentPools/abort',
  'managedClusters',
  'managedClusters/stop',
  'managedClusters/start',
  'operations',
  'operationresults',
  'skus',
  'usages',
  'token',
  'managed-identity',
  'openid-configuration',
  'instance-discovery',
  'keys',
  'admin',
  'unknown',
] as const;
/** What a request is about, whatever its api-version. Requests to `admin` are neither counted nor hit by faults. */
export type RouteName = (typeof ROUTES)[number];

/** Which requests a fault is for; a part that is left out matches everything. */
export interface FaultMatch {
  readonly method?: Method;
  readonly route?: RouteName;
  /** Pool name, or a prefix that ends in `*`. For operations: of the pool that the operation works on. */
  readonly pool?: string;
}

/** Answers with an error. With `effect`, the request is carried out first and only its answer is lost. */
export interface RespondAction {
  readonly type: 'respond';
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** flat: AKS resource provider; nested: ARM gateway; entra: token endpoint. By default what the route would use. */
  readonly shape?: 'flat' | 'nested' | 'entra';
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly effect?: boolean;
}

/** Accepts the PUT, then lets its operation fail. No machine comes unless `nodes` is `join`. */
export interface FailOperationAction {
  readonly type: 'failOperation';
  readonly code: string;
  readonly message: string;
  /** From acceptance to failure; by default `timings.operationMs`. */
  readonly afterMs?: number;
  readonly nodes?: 'join' | 'never';
}

/** Waits `ms` and then goes on; without `ms` it never answers. With `effect`, carried out before the wait. */
export interface HangAction {
  readonly type: 'hang';
  readonly ms?: number;
  readonly effect?: boolean;
}

/** Destroys the connection; with `effect`, after the request was carried out. */
export interface ResetAction {
  readonly type: 'reset';
  readonly effect?: boolean;
}

/** Answers GET and LIST of agent pools with what was true `ms` ago. */
export interface StaleAction {
  readonly type: 'stale';
  readonly ms: number;
}

export type FaultAction = RespondAction | FailOperationAction | HangAction | ResetAction | StaleAction;

/** A fault to inject. Faults are tried in the order in which they were added; the first match is taken. */
export interface FaultSpec {
  readonly match?: FaultMatch;
  /** How many requests it hits before it is used up; 1 by default. */
  readonly times?: number | 'always';
  readonly action: FaultAction;
}

export interface Fault {
  readonly id: string;
  readonly match: FaultMatch;
  readonly action: FaultAction;
  readonly remaining: number | 'always';
  /** How many requests it has hit. */
  readonly hits: number;
}

/** One request as the emulator saw it. */
export interface LoggedRequest {
  /** For example `PUT agentPools`. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** Undefined while it is being answered, and when the connection was destroyed instead. */
  readonly status?: number;
  readonly correlationId: string;
  readonly pool?: string;
  /** Id of the fault that hit it. */
  readonly faultId?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Requests since the start or the last reset; admin requests are not counted. */
export interface RequestReport {
  readonly total: number;
  /** By operation, for example `{ 'PUT agentPools': 2, 'GET operations': 5 }`; counted on arrival. */
  readonly counts: Readonly<Record<string, number>>;
  /** The latest requests, oldest first. */
  readonly log: readonly LoggedRequest[];
}

/** A pool that somebody else made, put in place past quota, cap and rules. */
export interface PoolSeed {
  readonly vmSize?: string;
  readonly count?: number;
  readonly mode?: 'System' | 'User';
  readonly labels?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly taints?: readonly string[];
  readonly zones?: readonly string[];
  readonly priority?: 'Regular' | 'Spot';
  /** GiB. */
  readonly osDiskSizeGb?: number;
  /** Milliseconds since the epoch; now by default. */
  readonly createdAt?: number;
  /** `Creating` stays Creating; `Failed` can carry an error. */
  readonly provisioningState?: 'Succeeded' | 'Failed' | 'Canceled' | 'Creating';
  readonly provisioningError?: { readonly code: string; readonly message: string };
  /** Whether its Nodes come; by default they do when it has Succeeded. */
  readonly nodes?: 'join' | 'never';
}

export interface PoolState {
  readonly name: string;
  readonly vmSize: string;
  readonly count: number;
  readonly mode: string;
  readonly provisioningState: string;
  readonly provisioningError?: { readonly code: string; readonly message: string };
  readonly etag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: 'Regular' | 'Spot';
  /** Zones that were asked for. */
  readonly zones: readonly string[];
  /** Machines that Azure has taken back, by index. */
  readonly evicted: readonly number[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly nodes: readonly string[];
}

/** Which subscription, cluster and identities it plays. */
export interface ClusterIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly clusterName: string;
  readonly location: string;
  /** Where AKS puts the machines: `MC_<group>_<cluster>_<location>`. */
  readonly nodeResourceGroup: string;
  readonly kubernetesVersion: string;
}

/** Whether the cluster runs. The power state is the one that is wanted, also while it is not reached. */
export interface ClusterState {
  readonly provisioningState: 'Succeeded' | 'Failed' | 'Stopping' | 'Starting';
  readonly powerState: 'Running' | 'Stopped';
}

export interface EmulatorState {
  readonly cluster: ClusterIdentity;
  readonly power: ClusterState;
  readonly settings: Settings;
  readonly pools: readonly PoolState[];
  /** Names of the Nodes that it has registered and not yet removed. */
  readonly nodes: readonly string[];
  /** vCPUs in use by usage name; what is zero is left out. */
  readonly usage: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
}
