import { nearestNames } from '../nearest-names.ts';
import type { Problem } from '../problem.ts';
import { skuOfNodes } from '../skus/brought-nodes.ts';
import { describeSku, findSku, hasGpus, type Sku } from '../skus/sku.ts';
import type { Unfit } from './judgement.ts';
import type { BroughtNode } from './plan-input.ts';
import type { Candidate } from './plan.ts';
import {
  candidate,
  rankSizes,
  refusedLately,
  sizedBy,
  whyNot,
  type Ranking,
  type Sized,
  type SizeQuestion,
} from './rank-sizes.ts';

/** As many sizes as a message can name and still be read. */
const suggestions = 3;
/** As many as a reader wants to see beside the size that they named. */
const maxCandidates = 10;

export type Choice<T> =
  | { readonly ok: true; readonly chosen: Sized<T>; readonly candidates: readonly Candidate[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The size that the workspace names, the nodes that its user brings, or else the best size that fits. */
export function chooseSize<T>(question: SizeQuestion<T>): Choice<T> {
  const { input, rung } = question;
  if (input.provisioning.mode === 'brought') return useNodes(question, input.provisioning.nodes);
  return rung.instanceType === '' ? pickSize(question) : useNamed(question);
}

function useNodes<T>({ judge, ofNodes = skuOfNodes }: SizeQuestion<T>, nodes: readonly BroughtNode[]): Choice<T> {
  const read = ofNodes(nodes);
  if (!read.ok) return { ok: false, problems: [read.problem] };
  const { sku } = read;
  const judgement = judge(sku);
  if (!judgement.fits) {
    const what = `resource.labelSelector matches nodes with ${describeSku(sku)}, which do not do`;
    return refuse(judgement, 'resource.labelSelector', `${what}: ${judgement.reason}`);
  }
  const chosen: Sized<T> = { sku, capacityType: 'on-demand', judgement };
  return { ok: true, chosen, candidates: [candidate(chosen, 'chosen', 'the nodes that the label selector matches')] };
}

function useNamed<T>(question: SizeQuestion<T>): Choice<T> {
  const { input, rung, judge, judgeInstead } = question;
  const sku = findSku(input.skus, rung.instanceType);
  if (!sku) return { ok: false, problems: [unknownSize(question)] };
  const judgement = judge(sku);
  if (!judgement.fits) return refuse(judgement, rung.field, unfitMessage(question, sku, judgement));
  const chosen = sizedBy(question, sku, judgement);
  const others = rankSizes(question, judgeInstead && (other => judgeInstead(other, judgement)))
    .fitting.filter(other => other.sku !== sku)
    .map(other => candidate(other, 'fits', whyNot(question, other, chosen)));
  const first = candidate(chosen, 'chosen', `named in ${rung.field}`);
  return { ok: true, chosen, candidates: [first, ...others].slice(0, maxCandidates) };
}

function pickSize<T>(question: SizeQuestion<T>): Choice<T> {
  const ranking = rankSizes(question);
  const [first] = ranking.fitting;
  const chosen = kept(question, ranking) ?? first;
  if (!chosen) return noneFits(question, ranking);
  const { capacityType } = question.rung;
  const others = ranking.fitting
    .filter(other => other !== chosen)
    .map(other => candidate(other, 'fits', whyNot(question, other, chosen)));
  const losers = ranking.losers.map(({ sku, unfit }): Candidate => {
    return { instanceType: sku.name, capacityType, verdict: 'refused', reason: unfit.reason };
  });
  const why = chosen === first ? whyBest(chosen) : 'chosen earlier, and still fits';
  return { ok: true, chosen, candidates: [candidate(chosen, 'chosen', why), ...others, ...losers] };
}

/** The size that holds nodes already, while it fits and can be had. */
function kept<T>(question: SizeQuestion<T>, { fitting }: Ranking<T>): Sized<T> | undefined {
  const { input, rung } = question;
  const { chosen } = input;
  const sku = chosen?.capacityType === rung.capacityType ? findSku(input.skus, chosen.instanceType) : undefined;
  return fitting.find(other => other.sku === sku && refusedLately(question, other.sku) === undefined);
}

function whyBest<T>({ price, judgement: { drawback } }: Sized<T>): string {
  if (price === undefined) return 'fits on the fewest nodes; no price is known';
  return drawback === undefined ? 'the cheapest that fits' : `the cheapest that fits, though it ${drawback}`;
}

function noneFits<T>({ rung }: SizeQuestion<T>, { losers }: Ranking<T>): Choice<T> {
  const largest = losers.toSorted((a, b) => memoryGiB(b.sku) - memoryGiB(a.sku))[0];
  const why = largest ? `; not even ${largest.sku.name}: ${largest.unfit.reason}` : '';
  const message = `${rung.field} is left open, but no known size does${why}`;
  return refuse(largest?.unfit ?? { code: 'InstanceTypeUnknown' }, rung.field, message);
}

/** Memory that models run in. */
function memoryGiB(sku: Sku): number {
  return hasGpus(sku) ? sku.gpuMemoryGiB : sku.memoryGiB;
}

function unknownSize<T>(question: SizeQuestion<T>): Problem {
  const { field, instanceType } = question.rung;
  const { fitting, losers } = rankSizes(question);
  const skus = [...fitting, ...losers].map(({ sku }) => sku);
  const names = skus.map(({ name }) => name);
  const nearest = nearestNames(instanceType, names, suggestions).join(', ');
  const kind = skus.every(hasGpus) ? 'GPU size' : 'size without GPUs';
  const known = names.length > 0 ? `${kind}; the nearest are ${nearest}` : 'size, and no known size does';
  return { code: 'InstanceTypeUnknown', field, message: `${field} "${instanceType}" is not a known ${known}` };
}

function unfitMessage<T>(question: SizeQuestion<T>, sku: Sku, { reason }: Unfit): string {
  const names = rankSizes(question).fitting.map(sized => sized.sku.name);
  const advice = names.length > 0 ? `use e.g. ${names.slice(0, suggestions).join(', ')}` : 'no known size does';
  return `${question.rung.field} "${sku.name}" does not do: ${reason}; ${advice}`;
}

/** A problem of the size, on the field whose edit would mend it. */
function refuse(
  { code }: Pick<Unfit, 'code'>,
  field: string,
  message: string,
): { readonly ok: false; readonly problems: readonly Problem[] } {
  const fields: Partial<Record<Problem['code'], string>> = {
    NodeCountTooSmall: 'resource.count',
    PartitionInvalid: 'resource.partition',
  };
  return { ok: false, problems: [{ code, field: fields[code] ?? field, message }] };
}
