import type { FaultKind } from '@kaito/azure';
import type { Mover } from './advice/fault-advice.ts';

/** How a fault of a launch is reported and when the launch is tried again. Times in milliseconds. */
export interface FaultPolicy {
  /** Reason on the condition and of the Event; names that Karpenter's Azure provider uses where it has one. */
  readonly reason: string;
  /** The first delay and the longest; equal ones make a fixed delay. It doubles with each failure in a row. */
  readonly retry: { readonly baseMs: number; readonly maxMs: number };
  /** After so many failures in a row it is given up until the claim changes; Infinity never gives up. */
  readonly attempts: number;
  /** Reported as failed though it is tried again: nothing is on its way that could end it. */
  readonly blocked?: true;
  readonly mover: Mover;
  /** What that move is, when nothing more is known than the kind; `diagnose` may know more. */
  readonly nextStep: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const exponential = (baseMs: number, maxMs: number): FaultPolicy['retry'] => ({ baseMs, maxMs });
const fixed = (ms: number): FaultPolicy['retry'] => ({ baseMs: ms, maxMs: ms });

/** The verdict on each kind of fault. Nothing is retried hot, and an unknown fault is shown as Azure said it. */
export const faultPolicies: Readonly<Record<FaultKind, FaultPolicy>> = {
  busy: {
    reason: 'OperationInProgress',
    retry: fixed(10 * SECOND),
    attempts: Infinity,
    mover: 'azure',
    nextStep: 'another operation on the cluster has to end first',
  },
  throttled: {
    reason: 'Throttled',
    retry: fixed(30 * SECOND),
    attempts: Infinity,
    mover: 'azure',
    nextStep: 'Azure limits the rate of requests',
  },
  transient: {
    reason: 'AzureUnavailable',
    retry: exponential(SECOND, MINUTE),
    attempts: Infinity,
    mover: 'azure',
    nextStep: 'Azure or the way to it failed',
  },
  capacity: {
    reason: 'AllocationFailure',
    retry: exponential(30 * SECOND, 10 * MINUTE),
    attempts: Infinity,
    mover: 'azure',
    nextStep: 'Azure has no such machine free there now; another instance type or zone may be free',
  },
  quota: {
    reason: 'SubscriptionQuotaReached',
    retry: fixed(10 * MINUTE),
    attempts: Infinity,
    mover: 'administrator',
    nextStep: 'ask for more quota, or free cores of this family',
  },
  sku: {
    reason: 'SKUNotAvailable',
    retry: fixed(0),
    attempts: 1,
    mover: 'you',
    nextStep: 'choose another instance type or location',
  },
  spec: {
    reason: 'InvalidSpec',
    retry: fixed(0),
    attempts: 1,
    mover: 'you',
    nextStep: 'correct the claim',
  },
  auth: {
    reason: 'Unauthorized',
    retry: exponential(MINUTE, 5 * MINUTE),
    attempts: Infinity,
    mover: 'administrator',
    nextStep: "an administrator has to check the provisioner's identity and its role on the cluster",
  },
  policy: {
    reason: 'ForbiddenByPolicy',
    retry: fixed(5 * MINUTE),
    attempts: Infinity,
    mover: 'administrator',
    nextStep: 'an administrator has to lift the policy or the lock',
  },
  cap: {
    reason: 'ClusterLimitReached',
    retry: exponential(MINUTE, 10 * MINUTE),
    attempts: Infinity,
    mover: 'administrator',
    nextStep: 'delete agent pools that are not needed',
  },
  node: {
    reason: 'NodeProvisioningFailed',
    retry: exponential(10 * SECOND, 5 * MINUTE),
    attempts: 3,
    mover: 'unknown',
    nextStep: 'see the message for what kept the machine from becoming a node',
  },
  exists: {
    reason: 'PoolNotOwned',
    retry: fixed(2 * MINUTE),
    attempts: Infinity,
    blocked: true,
    mover: 'you',
    nextStep: 'delete that agent pool, or give the claim another name',
  },
  notFound: {
    reason: 'ClusterNotFound',
    retry: exponential(MINUTE, 5 * MINUTE),
    attempts: Infinity,
    mover: 'administrator',
    nextStep: 'check the configured subscription, resource group and cluster name',
  },
  unknown: {
    reason: 'LaunchFailed',
    retry: exponential(30 * SECOND, 10 * MINUTE),
    attempts: Infinity,
    mover: 'unknown',
    nextStep: 'see the message, which is as Azure gave it',
  },
};

/** Kinds in which the retry must keep apart from others that failed with us, or from the operation that is in the way. */
const JITTER: Partial<Record<FaultKind, readonly [number, number]>> = { busy: [0.5, 2] };
const DEFAULT_JITTER = [1, 1.04] as const;

/** A deletion is tried again whatever the fault, at this pace where a launch would be given up: a machine costs money. */
const DELETION_RETRY = exponential(MINUTE, 10 * MINUTE);

/**
 * How long to wait before the next attempt of a launch, in milliseconds.
 * @param failures how many attempts have failed in a row, this one included
 * @param random a number in [0, 1)
 */
export function retryDelay(kind: FaultKind, failures: number, random: number): number {
  return jittered(kind, faultPolicies[kind].retry, failures, random);
}

/** The same for a deletion. */
export function deletionRetryDelay(kind: FaultKind, failures: number, random: number): number {
  const { attempts, retry } = faultPolicies[kind];
  return jittered(kind, attempts === Infinity ? retry : DELETION_RETRY, failures, random);
}

function jittered(kind: FaultKind, { baseMs, maxMs }: FaultPolicy['retry'], failures: number, random: number): number {
  const [low, high] = JITTER[kind] ?? DEFAULT_JITTER;
  return Math.min(maxMs, baseMs * 2 ** Math.max(0, failures - 1)) * (low + (high - low) * random);
}
