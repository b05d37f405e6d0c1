import { deadlineMs } from '@kaito/crds';
import type { Plan } from '@kaito/planner';
import type { Claim } from '../claims/claim.ts';
import { isSameSize, sayingSize } from '../claims/size.ts';
import type { Observed } from '../observed.ts';
import type { LearntRefusal } from './provisioning.ts';
import { standsOf } from './stand.ts';

/** A step down the ladder, and why it is taken. */
export interface NextRung {
  readonly rung: number;
  /** One sentence. */
  readonly reason: string;
}

/**
 * Whether to go on to the next of `resource.alternatives`: when a claim for the present size was refused for good, or the nodes are not
 * ready by its deadline. Nodes that were ready once are awaited without a deadline; there is no way back but an edit.
 * @param now milliseconds since the epoch
 * @param refusal what is known beside the claims, as `Provisioning.refusal` says it
 * @returns undefined to stay, also when there is no further rung
 */
export function nextRung(observed: Observed, plan: Plan, now: number, refusal?: LearntRefusal): NextRung | undefined {
  const rung = plan.rung + 1;
  if (rung > (observed.workspace.resource?.alternatives ?? []).length || hasItsNodes(observed, plan, now))
    return undefined;
  const size = sayingSize(plan.nodes);
  const refused = currentClaims(observed, plan).find(claim => claim.refused !== undefined);
  const learnt = refusal && isSameSize(refusal.size, plan.nodes) ? refusal.reason : undefined;
  const why = refused ? `claim ${refused.name}: ${refused.refused}` : learnt;
  if (why !== undefined) return { rung, reason: `${size} cannot be had: ${why}` };
  const ends = deadlineOf(observed, plan);
  if (ends === undefined || now < ends.at) return undefined;
  return { rung, reason: `${plan.nodes.count} ${size} nodes were not ready within ${ends.text}` };
}

/** Milliseconds until a deadline would be over; 0 when none is running. */
export function msToDeadline(observed: Observed, plan: Plan, now: number): number {
  if (plan.rung >= (observed.workspace.resource?.alternatives ?? []).length) return 0;
  if (hasItsNodes(observed, plan, now)) return 0;
  const ms = deadlineMs(deadlineText(observed, plan) ?? '');
  if (ms === undefined) return 0;
  return Math.max(1, (deadlineOf(observed, plan)?.at ?? now + ms) - now);
}

function hasItsNodes(observed: Observed, plan: Plan, now: number): boolean {
  const { claims, pooled, reserved } = standsOf(observed, plan, now);
  return [...claims, ...pooled, ...reserved].filter(({ ready }) => ready).length >= plan.nodes.count;
}

function currentClaims({ claims }: Observed, plan: Plan): readonly Claim[] {
  return claims.filter(claim => !claim.deleting && isSameSize(claim, plan.nodes));
}

/**
 * When the time for the present rung is over. It runs from the beginning of the rung, and not before the claims that it waits for were
 * made: after an edit, and for a claim that replaces a lost one, it begins anew.
 */
function deadlineOf(observed: Observed, plan: Plan): { readonly at: number; readonly text: string } | undefined {
  const text = deadlineText(observed, plan);
  const ms = deadlineMs(text ?? '');
  if (text === undefined || ms === undefined) return undefined;
  const current = currentClaims(observed, plan);
  const awaited = current.filter(({ initializedAt }) => initializedAt === undefined);
  if (awaited.length === 0 && (current.length > 0 || hasServed(observed, plan))) return undefined;
  const made = awaited.map(({ createdAt }) => Date.parse(createdAt ?? '')).filter(at => !Number.isNaN(at));
  const starts = [rungStart(observed, plan), ...(made.length > 0 ? [Math.min(...made)] : [])].filter(
    at => at !== undefined,
  );
  return starts.length > 0 ? { at: Math.max(...starts) + ms, text } : undefined;
}

/** Whether the workspace was ready on this rung: its nodes could be had then, and are replaced. */
function hasServed(observed: Observed, plan: Plan): boolean {
  const readyAt = Date.parse(observed.workspace.status?.startup?.readyAt ?? '');
  return readyAt >= (rungStart(observed, plan) ?? Number.POSITIVE_INFINITY);
}

/** Status tells of the rung before until this one is written down; it has begun just now then. */
function rungStart({ workspace }: Observed, plan: Plan): number | undefined {
  const shown = workspace.status?.plan;
  const isShown =
    shown?.rung === plan.rung && shown.instanceType.toLowerCase() === plan.nodes.instanceType.toLowerCase();
  const since = isShown ? Date.parse(shown.since) : Number.NaN;
  return Number.isNaN(since) ? undefined : since;
}

function deadlineText({ workspace }: Observed, plan: Plan): string | undefined {
  const { resource } = workspace;
  return plan.rung === 0 ? resource?.deadline : resource?.alternatives?.[plan.rung - 1]?.deadline;
}
