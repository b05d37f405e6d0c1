import { describeMetrics, type MetricDescription, type Metrics } from '@kaito/kube';
import { WorkspaceCounts } from './workspace-counts.ts';
import { WorkspaceMetrics } from './workspace-metrics.ts';

/** Everything that registers metrics of the workspace controller; what it reads at a scrape is never asked for. */
const sources: readonly ((metrics: Metrics) => unknown)[] = [
  metrics => new WorkspaceMetrics(metrics),
  metrics => new WorkspaceCounts(metrics, { list: () => [] }),
];

/** The metrics of the workspace controller itself, by name. Those of the kernel have the names of controller-runtime and client-go. */
export function describeWorkspaceMetrics(): readonly MetricDescription[] {
  return describeMetrics(sources);
}
