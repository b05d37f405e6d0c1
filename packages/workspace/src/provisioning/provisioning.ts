import type { Workspace } from '@kaito/crds';
import type { Plan } from '@kaito/planner';
import type { Client, Clock, EventRecorder, Logger } from '@kaito/kube';
import type { Size } from '../claims/size.ts';
import type { Observed } from '../observed.ts';

export type ProvisionerName = 'machine' | 'nodeclaim' | 'karpenter' | 'byo';

/** How far the nodes of a workspace are, in reason and message of a condition. */
export interface Verdict {
  readonly ok: boolean;
  readonly reason: string;
  readonly message: string;
}

/** A size that could not be had, by experience. */
export interface LearntRefusal {
  readonly size: Size;
  /** One clause. */
  readonly reason: string;
}

/** What a pass may use to bring nodes about. */
export interface ProvisioningTools {
  /** Its writes show in the informers at once. */
  readonly client: Client;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** One way to come by nodes; an installation has one. */
export interface Provisioning {
  readonly name: ProvisionerName;
  /** Whether nodes are made (`auto`), or users bring them (`brought`). */
  readonly mode: 'auto' | 'brought';
  /** The condition that tells about claims; undefined where there are none. */
  readonly condition: string | undefined;
  /** Labels that show on nodes whose they are; pods require them beside the user's, see `podNodeLabels`. */
  ownership(workspace: Workspace): Readonly<Record<string, string>>;
  /**
   * Takes the steps towards the nodes of the plan that can be taken now: reserves, claims, and lets go of what is too much once
   * nothing runs there. Safe to repeat after a crash at any line.
   * @returns milliseconds after which to look again though nothing has changed; 0 for none
   */
  ensure(observed: Observed, plan: Plan, tools: ProvisioningTools): Promise<number>;
  /**
   * That machines of a size cannot be had, where that was learnt from claims that are gone and so is in no observation; undefined while
   * they may be tried.
   */
  refusal?(observed: Observed): LearntRefusal | undefined;
  /** How far the claims are. */
  verdict(observed: Observed, plan: Plan): Verdict | undefined;
  /**
   * Has the caches know everything that `takeDown` decides by; to be awaited before they are looked at for it. Where it is missing,
   * `takeDown` asks the API server itself.
   */
  beforeTakeDown?(tools: ProvisioningTools): Promise<void>;
  /**
   * Gives everything back. Each call does what can be done now.
   * @returns the names of what is still there; none when all is gone
   */
  takeDown(observed: Observed, tools: ProvisioningTools): Promise<readonly string[]>;
}
