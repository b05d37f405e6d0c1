import type { PodGpus } from '../fit/placement.ts';
import type { Amount, InferenceJob } from './inference-job.ts';
import { unfit, type Judgement } from './judgement.ts';
import type { MemoryFit, Parallelism } from './plan.ts';
import type { ChosenRuntime } from './runtime.ts';

/** What a server is judged by, once its runtime is known. */
export interface Judged {
  readonly job: InferenceJob;
  readonly gpus: PodGpus;
  readonly amount: Amount;
}

/** How the servers of a workspace lie on nodes of one size. */
export interface ServerFit {
  readonly runtime: ChosenRuntime;
  readonly gpusPerPod: number;
  readonly podsPerCopy: number;
  readonly copies: number;
  readonly parallelism: Parallelism;
  readonly contextLength: number;
  readonly memory?: MemoryFit;
}

interface Remarks {
  readonly drawback?: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * Puts as many copies on nodes as are wanted. A count of 1 may be the schema's and means as many nodes as one copy needs; a larger one
 * that is too small is refused.
 */
export function spread(
  fit: Omit<ServerFit, 'copies'>,
  amount: Amount,
  { drawback, warnings }: Remarks,
): Judgement<ServerFit> {
  const { podsPerCopy } = fit;
  const nodes = 'nodes' in amount ? amount.nodes : amount.copies * podsPerCopy;
  if (nodes > 1 && nodes < podsPerCopy) {
    return unfit(
      'NodeCountTooSmall',
      `one copy needs ${podsPerCopy} nodes, and resource.count is ${nodes}: set it to ${podsPerCopy} or more, or leave it out`,
    );
  }
  const copies = Math.max(1, Math.floor(nodes / podsPerCopy));
  const idle = Math.max(0, nodes - copies * podsPerCopy);
  const unused = `resource.count ${nodes} is not a multiple of the ${podsPerCopy} nodes that serve one copy: ${idle} of them are left out`;
  return {
    fits: true,
    nodes: copies * podsPerCopy,
    ...(drawback !== undefined && { drawback }),
    detail: { ...fit, copies },
    warnings: idle > 0 ? [...warnings, unused] : warnings,
  };
}
