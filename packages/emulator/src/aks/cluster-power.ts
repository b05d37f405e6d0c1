import { randomUUID } from 'node:crypto';
import type { ClusterState, Settings } from '../admin/protocol.ts';
import type { Machines } from '../nodes/machines.ts';
import { anotherOperation, clusterBusy, originalEtagNotExpected, powerStateForbids } from './errors.ts';
import { cancel, inProgress } from './operation.ts';
import type { CloudError, Operation, OperationLog } from './operation.ts';
import type { PoolStore } from './pool-store.ts';

export interface ClusterPowerOptions {
  readonly settings: () => Settings;
  readonly store: PoolStore;
  readonly operations: OperationLog;
  readonly machines: Machines;
  readonly now: () => number;
}

const RUNNING: ClusterState = { provisioningState: 'Succeeded', powerState: 'Running' };

/** Stops and starts the cluster: its machines go and come back, its pools stay what they are. */
export class ClusterPower {
  readonly #options: ClusterPowerOptions;
  /** Every stop and start, oldest first: reads that lag ask for the past. */
  #changes: readonly Operation[] = [];

  constructor(options: ClusterPowerOptions) {
    this.#options = options;
  }

  /** Whether the cluster ran at a time. */
  at(time: number): ClusterState {
    const latest = this.#changes.findLast(({ startedAt }) => startedAt <= time);
    if (!latest) return RUNNING;
    const powerState = latest.kind === 'Stopping' ? 'Stopped' : 'Running';
    if (!inProgress(latest, time)) {
      return { provisioningState: latest.outcome === 'Succeeded' ? 'Succeeded' : 'Failed', powerState };
    }
    return { provisioningState: latest.kind === 'Stopping' ? 'Stopping' : 'Starting', powerState };
  }

  /** @throws ServiceError 409 when the cluster does not run, or something is in progress. */
  stop(): Operation {
    this.#checkPower('Running', 'stopping');
    const { machines, settings } = this.#options;
    const { stopRemovesNodes, timings } = settings();
    machines.powerOff(stopRemovesNodes ? timings.nodeRemoveMs : 'never');
    return this.#begin('Stopping');
  }

  /** @throws ServiceError 409 when the cluster is not stopped, or something is in progress. */
  start(): Operation {
    // A start that has failed is repeated.
    if (this.at(this.#options.now()).provisioningState !== 'Failed') this.#checkPower('Stopped', 'starting');
    const { machines, settings } = this.#options;
    machines.powerOn(settings().timings.nodeRegisterMs);
    return this.#begin('Starting');
  }

  /**
   * Called before a write on a pool.
   * @throws ServiceError 409 while the cluster is stopped, stops, or starts.
   */
  checkWrite(pool: string, write: 'creating or updating agent pool' | 'deleting agent pool'): void {
    const { settings, now } = this.#options;
    const state = this.at(now());
    if (state.provisioningState === 'Stopping') throw clusterBusy('Stopping');
    if (state.provisioningState !== 'Starting') {
      if (state.powerState === 'Stopped') throw powerStateForbids(state, write);
      return;
    }
    const { code, message } = originalEtagNotExpected(pool);
    if (settings().startConflict === 'refuse') throw originalEtagNotExpected(pool);
    this.#fail({ code, message: `${message}. This operation has been preempted by ${write}.` });
  }

  /** Ends the operation in progress as a failure of its resource. */
  #fail(cause: CloudError): void {
    const { operations, now } = this.#options;
    const latest = this.#changes.at(-1);
    if (!latest) return;
    const error: CloudError = {
      code: 'ResourceOperationFailure',
      message: "The resource operation completed with terminal provisioning state 'Failed'.",
      details: [cause],
    };
    const failed: Operation = { ...cancel(latest, now(), error), outcome: 'Failed' };
    operations.put(failed);
    this.#changes = [...this.#changes.slice(0, -1), failed];
  }

  #checkPower(expected: ClusterState['powerState'], change: 'stopping' | 'starting'): void {
    const { store, now } = this.#options;
    const state = this.at(now());
    const { provisioningState, powerState } = state;
    if (provisioningState === 'Stopping' || provisioningState === 'Starting') throw clusterBusy(provisioningState);
    if (powerState !== expected) throw powerStateForbids(state, change);
    const busy = store.list(now()).find(({ operation }) => inProgress(operation, now()));
    if (busy) throw anotherOperation(busy.name, busy.operation.kind);
  }

  #begin(kind: 'Stopping' | 'Starting'): Operation {
    const { settings, operations, now } = this.#options;
    const startedAt = now();
    const endsAt = startedAt + settings().timings.powerMs;
    const operation: Operation = { id: randomUUID(), kind, startedAt, endsAt, outcome: 'Succeeded' };
    operations.put(operation);
    this.#changes = [...this.#changes, operation];
    return operation;
  }
}
