import { findCondition, isTrue, workspaceConditions as types, workspaceReasons as reasons } from '@kaito/crds';
import type { Workspace } from '@kaito/crds';
import type { Gauge, Metrics } from '@kaito/kube';

/** Where the workspaces are read at the moment of a scrape. */
export interface WorkspaceSource {
  list(): readonly Workspace[];
}

/** How KAITO tells workspaces apart in its metric. */
export type CountedPhase = 'succeeded' | 'error' | 'pending' | 'deleting';

const countedPhases: readonly CountedPhase[] = ['succeeded', 'error', 'pending', 'deleting'];

/** Workspaces by phase, preset, state and cause, computed when they are scraped: no event costs more because there are many of them. */
export class WorkspaceCounts {
  readonly #source: WorkspaceSource;
  readonly #phases: Gauge<'phase'>;
  readonly #presets: Series<'preset_name'>;
  readonly #states: Series<'state' | 'reason'>;

  constructor(metrics: Metrics, source: WorkspaceSource) {
    this.#source = source;
    this.#phases = metrics.gauge<'phase'>({
      name: 'kaito_workspace_count',
      help: 'Workspaces by phase, under the name that KAITO gives it; each replica tells all of them.',
      labels: ['phase'],
    });
    this.#presets = new Series(
      metrics.gauge<'preset_name'>({
        name: 'kaito_workspace_preset_count',
        help: 'Workspaces by the model that they name, under the name that KAITO gives it.',
        labels: ['preset_name'],
      }),
    );
    this.#states = new Series(
      metrics.gauge<'state' | 'reason'>({
        name: 'kaito_workspaces',
        help: 'Workspaces by state, and by the cause for which they are not ready.',
        labels: ['state', 'reason'],
      }),
    );
  }

  /** Computes everything anew; to be called before each scrape. */
  show(): void {
    const workspaces = this.#source.list();
    const counted = workspaces.map(phaseOf);
    for (const phase of countedPhases) {
      this.#phases.set({ phase }, counted.filter(other => other === phase).length);
    }
    this.#presets.show(workspaces.flatMap(presetOf));
    this.#states.show(
      workspaces.map(({ status }) => ({ state: status?.state ?? 'Pending', reason: status?.diagnosis?.cause ?? '' })),
    );
  }
}

/** One gauge whose labels come and go: a series that counts nothing any more is forgotten. */
class Series<L extends string> {
  readonly #gauge: Gauge<L>;
  #shown = new Map<string, Readonly<Record<L, string>>>();

  constructor(gauge: Gauge<L>) {
    this.#gauge = gauge;
  }

  show(all: readonly Readonly<Record<L, string>>[]): void {
    const counts = new Map<string, { readonly labels: Readonly<Record<L, string>>; count: number }>();
    for (const labels of all) {
      const key = JSON.stringify(labels);
      const known = counts.get(key);
      if (known) known.count += 1;
      else counts.set(key, { labels, count: 1 });
    }
    for (const [key, labels] of this.#shown) if (!counts.has(key)) this.#gauge.remove(labels);
    for (const { labels, count } of counts.values()) this.#gauge.set(labels, count);
    this.#shown = new Map([...counts].map(([key, { labels }]) => [key, labels]));
  }
}

/** As KAITO counts, but that one which merely waits is no error. */
export function phaseOf(workspace: Workspace): CountedPhase {
  const { metadata, status } = workspace;
  if (metadata.deletionTimestamp !== undefined) return 'deleting';
  if (isTrue(workspace, types.succeeded)) return 'succeeded';
  const planned = findCondition(workspace, types.planned);
  const isRefused = planned?.status === 'False' && planned.reason !== reasons.modelLookupPending;
  return isRefused || status?.state === 'NotReady' || status?.state === 'Failed' ? 'error' : 'pending';
}

function presetOf({ inference, tuning }: Workspace): readonly { readonly preset_name: string }[] {
  const name = (inference?.preset ?? tuning?.preset)?.name;
  return name === undefined ? [] : [{ preset_name: name.toLowerCase() }];
}
