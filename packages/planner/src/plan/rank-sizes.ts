import { pricePerHour } from '../prices/price.ts';
import { hasGpus, type Sku } from '../skus/sku.ts';
import type { ProblemCode } from '../problem.ts';
import type { Fitting, Judgement, Unfit } from './judgement.ts';
import type { Rung } from './ladder.ts';
import type { BroughtNode, PlanInput } from './plan-input.ts';
import type { ReadNodes } from '../skus/brought-nodes.ts';
import type { Candidate, CapacityType } from './plan.ts';

/** What it takes to choose a size for a job. */
export interface SizeQuestion<T> {
  readonly input: PlanInput;
  readonly rung: Rung;
  readonly judge: (sku: Sku) => Judgement<T>;
  /** Judges a size that would do the same as the chosen one; as `judge` when absent. */
  readonly judgeInstead?: (sku: Sku, chosen: Fitting<T>) => Judgement<T>;
  /** What nodes that a user brings are, as if they were a size; as `skuOfNodes` when absent. */
  readonly ofNodes?: (nodes: readonly BroughtNode[]) => ReadNodes;
  /** Why a size that fits must not be picked unasked, as one clause. */
  readonly onlyWhenNamed?: (fit: Fitting<T>) => string | undefined;
}

/** A size that fits. */
export interface Sized<T> {
  readonly sku: Sku;
  readonly capacityType: CapacityType;
  readonly judgement: Fitting<T>;
  /** US dollars an hour for all nodes. */
  readonly price?: number | undefined;
}

/** The sizes that the job may be meant for, those that fit best first, and the others in the table's order with the reason. */
export interface Ranking<T> {
  readonly fitting: readonly Sized<T>[];
  readonly losers: readonly { readonly sku: Sku; readonly unfit: Unfit }[];
}

/** With GPUs where the job has no use for them, or without where it has: nothing that anybody would compare. */
const otherKind: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['GpuRequired', 'GpuUnused']);

/** Judges every size. Best is: not refused lately, without a drawback, cheap, few nodes, few GPUs or cores; by name where all is equal. */
export function rankSizes<T>(question: SizeQuestion<T>, judge = question.judge): Ranking<T> {
  const fitting: { readonly sized: Sized<T>; readonly keys: readonly number[] }[] = [];
  const losers: { readonly sku: Sku; readonly unfit: Unfit }[] = [];
  for (const sku of question.input.skus) {
    const judgement = unasked(question, judge(sku));
    if (!judgement.fits) {
      if (!otherKind.has(judgement.code)) losers.push({ sku, unfit: judgement });
      continue;
    }
    const sized = sizedBy(question, sku, judgement);
    fitting.push({ sized, keys: sortKeys(question, sized) });
  }
  const sorted = fitting.toSorted(
    (a, b) => compareNumbers(a.keys, b.keys) || (a.sized.sku.name < b.sized.sku.name ? -1 : 1),
  );
  return { fitting: sorted.map(({ sized }) => sized), losers };
}

/** A size that fits, with its price. */
export function sizedBy<T>({ input, rung }: SizeQuestion<T>, sku: Sku, judgement: Fitting<T>): Sized<T> {
  const { capacityType } = rung;
  const offering = { instanceType: sku.name, capacityType };
  return { sku, capacityType, judgement, price: pricePerHour(input.prices, offering, judgement.nodes) };
}

/** What a provisioner said when it could not have the size, if it said so lately, as one clause. */
export function refusedLately<T>({ input, rung }: SizeQuestion<T>, { name }: Sku): string | undefined {
  const refused = input.refused?.find(
    ({ instanceType, capacityType }) =>
      capacityType === rung.capacityType && instanceType.toLowerCase() === name.toLowerCase(),
  );
  return refused && `could not be had: ${refused.reason}`;
}

/** The verdict on a size that fits. */
export function candidate<T>(sized: Sized<T>, verdict: 'chosen' | 'fits', reason: string): Candidate {
  const { sku, capacityType, judgement, price } = sized;
  const known = price === undefined ? {} : { pricePerHour: price };
  return { instanceType: sku.name, capacityType, verdict, nodeCount: judgement.nodes, ...known, reason };
}

/** Why a size lost against another that fits as well, as one clause. */
export function whyNot<T>(question: SizeQuestion<T>, { sku, price, judgement }: Sized<T>, chosen: Sized<T>): string {
  const refused = refusedLately(question, sku);
  if (refused !== undefined) return refused;
  if (judgement.drawback !== undefined && chosen.judgement.drawback === undefined) return judgement.drawback;
  if (price === undefined) return 'its price is not known';
  if (chosen.price === undefined) return 'fits as well';
  const more = Math.round((price - chosen.price) * 100) / 100;
  if (more > 0) return `costs $${more} an hour more`;
  return more < 0 ? `fits as well, for $${-more} an hour less` : 'costs the same';
}

function unasked<T>({ onlyWhenNamed }: SizeQuestion<T>, judgement: Judgement<T>): Judgement<T> {
  const reason = judgement.fits ? onlyWhenNamed?.(judgement) : undefined;
  return reason === undefined ? judgement : { fits: false, code: 'RuntimeNotSupported', reason };
}

function sortKeys<T>(question: SizeQuestion<T>, { sku, judgement, price }: Sized<T>): readonly number[] {
  return [
    refusedLately(question, sku) === undefined ? 0 : 1,
    judgement.drawback === undefined ? 0 : 1,
    price ?? Number.MAX_VALUE,
    judgement.nodes,
    judgement.nodes * (hasGpus(sku) ? sku.gpuCount : sku.vcpus),
  ];
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
