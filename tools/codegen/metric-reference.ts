import { describeProvisionerMetrics } from '@kaito/gpu-provisioner';
import type { MetricDescription } from '@kaito/kube';
import { describeWorkspaceMetrics } from '@kaito/workspace';
import { code, plain, table } from './markdown.ts';

const ofProvisioner = `<!-- Made by npm run generate from packages/gpu-provisioner; edit the metrics there. -->

# Metrics of the gpu-provisioner

Served at \`/metrics\` on the metrics port, in the Prometheus text format. A metric has Karpenter's name where Karpenter has one of the
same meaning. A histogram also has \`_bucket\`, \`_sum\` and \`_count\`. The Grafana dashboard in
\`charts/gpu-provisioner/dashboards\` shows them all.
`;

const ofWorkspace = `<!-- Made by npm run generate from packages/workspace; edit the metrics there. -->

# Metrics of the workspace controller

Served at \`/metrics\` on the metrics port, in the Prometheus text format. A metric has KAITO's name where KAITO has one of the same
meaning. A histogram also has \`_bucket\`, \`_sum\` and \`_count\`.
`;

const kernel = `
The process itself, its queues and its connection to the API server are measured under the names that other controllers use:
\`process_*\` and \`nodejs_*\`; \`controller_runtime_*\` and \`workqueue_*\` (controller-runtime); \`rest_client_*\`, \`reflector_*\` and
\`leader_election_master_status\` (client-go).
`;

/** The page on the provisioner's metrics, as Markdown. */
export function provisionerMetricReference(): string {
  return page(ofProvisioner, describeProvisionerMetrics());
}

/** The page on the workspace controller's metrics, as Markdown. */
export function workspaceMetricReference(): string {
  return page(ofWorkspace, describeWorkspaceMetrics());
}

function page(introduction: string, metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    plain(help),
  ]);
  return `${introduction}\n${table(['name', 'type', 'labels', 'what it tells'], rows)}\n${kernel}`;
}
