import { findCondition, workspaceConditions as types, workspaceReasons as reasons } from '@kaito/crds';
import type { Workspace, WorkspaceStatus } from '@kaito/crds';
import type { Counter, Histogram, Metrics } from '@kaito/kube';
import { finishedPhases, finishedStart } from './finished-phases.ts';

/** From the answer of an API server to the slowest start that anybody waits for, in seconds. */
const phaseBuckets = [1, 5, 15, 30, 60, 120, 180, 240, 300, 420, 600, 900, 1800, 3600, 7200];

/** What happens to workspaces, counted when it is written to their status. */
export class WorkspaceMetrics {
  readonly #phases: Histogram<'phase'>;
  readonly #starts: Histogram<never>;
  readonly #refused: Counter<'code'>;
  readonly #alternatives: Counter<never>;

  constructor(metrics: Metrics) {
    this.#phases = metrics.histogram<'phase'>({
      name: 'kaito_workspace_phase_duration_seconds',
      help: 'How long the phases of a start took.',
      labels: ['phase'],
      buckets: phaseBuckets,
    });
    this.#starts = metrics.histogram({
      name: 'kaito_workspace_start_duration_seconds',
      help: 'How long starts took, from the workspace or its change until the workspace was ready.',
      buckets: phaseBuckets,
    });
    this.#refused = metrics.counter<'code'>({
      name: 'kaito_workspace_plans_refused_total',
      help: 'Plans that were refused, by what is wrong with the workspace; one that stays refused counts once.',
      labels: ['code'],
    });
    this.#alternatives = metrics.counter({
      name: 'kaito_workspace_alternatives_tried_total',
      help: 'Steps down to the next of the alternatives of a workspace, because a size could not be had.',
    });
  }

  /** To be called when a status was written; what it says already said before counts no second time. */
  statusWritten({ status: before = {} }: Workspace, after: WorkspaceStatus): void {
    for (const { phase, seconds } of finishedPhases(before.startup, after.startup)) {
      this.#phases.observe({ phase }, seconds);
    }
    const start = finishedStart(before.startup, after.startup);
    if (start !== undefined) this.#starts.observe({}, start);
    const code = refusalOf(after);
    if (code !== undefined && refusalOf(before) !== code) this.#refused.inc({ code });
    if (before.plan && after.plan && after.plan.rung > before.plan.rung) this.#alternatives.inc({});
  }
}

function refusalOf(status: WorkspaceStatus): string | undefined {
  const planned = findCondition({ status }, types.planned);
  const isRefused = planned?.status === 'False' && planned.reason !== reasons.modelLookupPending;
  return isRefused ? planned.reason : undefined;
}
