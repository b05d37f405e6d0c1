import { controllerRow } from './controller-row.ts';
import { grafanaDashboard, type Row } from './grafana.ts';
import { each, hourly, job, quantile, seconds } from './queries.ts';

const fleet: Row = {
  title: 'Workspaces',
  panels: [
    {
      title: 'By state',
      description: 'Workspaces by the state that kubectl shows.',
      stacked: true,
      queries: [{ expr: `sum by (state) (max by (state, reason) (kaito_workspaces{${job}}))`, legend: '{{state}}' }],
    },
    {
      title: 'Not ready, by cause',
      description: 'What the diagnosis says; docs/reference/diagnosis.md tells what to do.',
      queries: [each('kaito_workspaces', 'reason')],
    },
    {
      title: 'By phase',
      description: 'Under the name that KAITO gives it.',
      stacked: true,
      queries: [each('kaito_workspace_count', 'phase')],
    },
    {
      title: 'By model',
      description: 'Workspaces by the model that they name.',
      stacked: true,
      queries: [each('kaito_workspace_preset_count', 'preset_name')],
    },
  ],
};

const starts: Row = {
  title: 'Starts',
  panels: [
    {
      title: 'Time until ready',
      ...seconds,
      description: 'From the workspace, or its change, until it was ready.',
      queries: [
        {
          expr: `histogram_quantile(0.5, sum by (le) (increase(kaito_workspace_start_duration_seconds_bucket{${job}}[6h])))`,
          legend: 'p50',
        },
        {
          expr: `histogram_quantile(0.95, sum by (le) (increase(kaito_workspace_start_duration_seconds_bucket{${job}}[6h])))`,
          legend: 'p95',
        },
      ],
    },
    {
      title: 'Time in each phase',
      ...seconds,
      description: 'Where the time of a start goes.',
      queries: [quantile(0.95, 'kaito_workspace_phase_duration_seconds', { by: 'phase', range: '6h' })],
    },
    {
      title: 'Plans refused, an hour',
      description: 'By what is wrong with the workspace.',
      queries: [hourly('kaito_workspace_plans_refused_total', 'code')],
    },
    {
      title: 'Alternatives tried, an hour',
      description: 'Steps down to the next of the alternatives of a workspace, because a size could not be had.',
      queries: [{ expr: `sum(increase(kaito_workspace_alternatives_tried_total{${job}}[1h]))`, legend: 'steps' }],
    },
  ],
};

/** The Grafana dashboard of the workspace controller, for whoever is asked why a model does not answer yet. */
export const workspaceDashboard: object = grafanaDashboard({
  uid: 'kaito-workspace',
  title: 'Kaito / Workspaces',
  description: 'Workspaces and their starts as the workspace controller sees them.',
  tags: ['kaito', 'gpu', 'llm'],
  jobsOf: 'kaito_workspaces',
  rows: [fleet, starts, controllerRow],
});
