import { describeMetrics } from '@kaito/gpu-provisioner';

const introduction = `<!-- Made by npm run generate from packages/gpu-provisioner; edit the metrics there. -->

# Metrics of the gpu-provisioner

Served at \`/metrics\` on the metrics port, in the Prometheus text format. A metric has Karpenter's name where Karpenter has one of the
same meaning. A histogram also has \`_bucket\`, \`_sum\` and \`_count\`. The Grafana dashboard in
\`charts/gpu-provisioner/dashboards\` shows them all.
`;

const kernel = `
The process itself, its queues and its connection to the API server are measured under the names that other controllers use:
\`process_*\` and \`nodejs_*\`; \`controller_runtime_*\` and \`workqueue_*\` (controller-runtime); \`rest_client_*\`, \`reflector_*\` and
\`leader_election_master_status\` (client-go).
`;

/** The page on the provisioner's metrics, as Markdown. */
export function metricReference(): string {
  const rows = describeMetrics().map(({ name, type, labels, help }) =>
    [`\`${name}\``, type, labels.map(label => `\`${label}\``).join(', '), escape(help)].join(' | '),
  );
  const table = ['name | type | labels | what it tells', '--- | --- | --- | ---', ...rows].join('\n');
  return `${introduction}\n${table}\n${kernel}`;
}

function escape(words: string): string {
  return words.replaceAll('|', String.raw`\|`);
}
