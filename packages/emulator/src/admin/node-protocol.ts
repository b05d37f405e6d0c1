/** How Nodes misbehave, as the admin API speaks of it. Durations are milliseconds. */

/** How the machines of some pools behave; the first rule that names a pool holds, from its next machine on. */
export interface NodeRule {
  /** Pool name, or a prefix that ends in `*`. */
  readonly pool: string;
  /** The machine runs, but its Node never registers. */
  readonly join?: 'never';
  /** Registers so much later than the timings say. */
  readonly joinAfterMs?: number;
  /** The Node registers, stays NotReady and reports so, as a kubelet without a network does. */
  readonly ready?: 'never';
  /** The Node never shows its GPUs, as one without a driver or device plugin does. */
  readonly gpu?: 'never';
}

/** A condition to be written into a Node's status. What is left out of it is filled in. */
export interface NodeConditionPatch {
  /** `Ready`, or one of the node problem detector's: GPUMissing, XIDErrors, NVLinkStatusInactive, VMEventScheduled … */
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** The type, by default. */
  readonly reason?: string;
  readonly message?: string;
  /** RFC 3339; by default now when the status changes. A time in the past saves a test the wait for a toleration. */
  readonly lastTransitionTime?: string;
}

/** An eviction of spot machines by Azure. */
export interface EvictionRequest {
  /** Between the notice (a condition on the Node) and the loss; 0, which gives no notice, by default. */
  readonly noticeMs?: number;
  /** Index of the machine; all of the pool by default. */
  readonly instance?: number;
}

export interface EvictionReport {
  readonly pool: string;
  /** Indices of the machines that go. */
  readonly instances: readonly number[];
  /** The pool's eviction policy: their Nodes are deleted, or stay NotReady. */
  readonly policy: 'Delete' | 'Deallocate';
}
