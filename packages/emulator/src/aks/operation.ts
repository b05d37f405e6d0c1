/** Why something failed, as error bodies and agent pools carry it. */
export interface CloudError {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly CloudError[];
}

export type OperationKind = 'Creating' | 'Updating' | 'Scaling' | 'Deleting' | 'Stopping' | 'Starting';
export type Outcome = 'Succeeded' | 'Failed' | 'Canceled';

/**
 * A long-running operation. How it ends is settled when it starts, so that its state at any time, past times included,
 * follows from the record alone.
 */
export interface Operation {
  readonly id: string;
  /** The agent pool that it works on; absent: the cluster. */
  readonly pool?: string;
  readonly kind: OperationKind;
  /** Milliseconds since the epoch, as all times here. */
  readonly startedAt: number;
  /** Infinity: never. */
  readonly endsAt: number;
  readonly outcome: Outcome;
  readonly error?: CloudError;
}

export function inProgress(operation: Operation, now: number): boolean {
  return now < operation.endsAt;
}

/** `InProgress`, then how it ended. */
export function operationStatus(operation: Operation, now: number): 'InProgress' | Outcome {
  return inProgress(operation, now) ? 'InProgress' : operation.outcome;
}

/** Ends an operation before its time; one that has ended already stays as it is. */
export function cancel(operation: Operation, now: number, error?: CloudError): Operation {
  if (!inProgress(operation, now)) return operation;
  return { ...operation, endsAt: now, outcome: 'Canceled', ...(error && { error }) };
}

/** Keeps what the status endpoint is asked for: the newest operations, so that a long run does not grow without end. */
export class OperationLog {
  readonly #operations = new Map<string, Operation>();
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  get(id: string): Operation | undefined {
    return this.#operations.get(id.toLowerCase());
  }

  /** Adds an operation, or replaces the one of the same id. */
  put(operation: Operation): void {
    this.#operations.set(operation.id, operation);
    if (this.#operations.size <= this.#limit) return;
    const [oldest] = this.#operations.keys();
    if (oldest !== undefined) this.#operations.delete(oldest);
  }
}
