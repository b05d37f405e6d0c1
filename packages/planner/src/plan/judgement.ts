import type { ProblemCode } from '../problem.ts';

/** How well a size does for a job, before its price counts. */
export interface Fitting<T> {
  readonly fits: true;
  readonly nodes: number;
  /** Why other sizes come first when the size is ours to choose, as a clause that follows "it": `holds only 4096 tokens of context`. */
  readonly drawback?: string;
  readonly detail: T;
  readonly warnings: readonly string[];
}

/** Why a size does not do, as one clause that can follow its name. */
export interface Unfit {
  readonly fits: false;
  readonly code: ProblemCode;
  readonly reason: string;
}

export type Judgement<T> = Fitting<T> | Unfit;

export function unfit(code: ProblemCode, reason: string): Unfit {
  return { fits: false, code, reason };
}
