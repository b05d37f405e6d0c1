import { grafanaDashboard } from './grafana.ts';
import { controllerRow } from './controller-row.ts';
import type { Row } from './grafana.ts';
import { each, hourly, job, quantile, rate, requests, seconds } from './queries.ts';

const fleet: Row = {
  title: 'Fleet',
  panels: [
    {
      title: 'Claims by phase',
      description: 'The last phase that each claim has finished.',
      stacked: true,
      queries: [{ expr: `sum by (phase) (max by (kind, phase) (kaito_claims{${job}}))`, legend: '{{phase}}' }],
    },
    {
      title: 'Agent pools',
      description: 'Agent pools of the cluster by state, and how many it may have. A claim takes one.',
      queries: [each('kaito_agent_pools', 'state'), { ...each('kaito_agent_pools_limit'), legend: 'limit' }],
    },
    {
      title: 'Operations in flight',
      description: 'Agent pools whose creation or deletion is waited for.',
      queries: [each('kaito_agent_pool_operations_in_flight', 'operation')],
    },
    {
      title: 'Claims come and go, an hour',
      description: 'Agent pools requested, and claims that are gone with their pool.',
      queries: [
        { ...hourly('karpenter_nodeclaims_created_total', 'kind'), legend: 'created {{kind}}' },
        { ...hourly('karpenter_nodeclaims_terminated_total', 'kind'), legend: 'gone {{kind}}' },
      ],
    },
    {
      title: 'Nodes come and go, an hour',
      description: 'Nodes taken into service and let go.',
      queries: [
        { ...hourly('karpenter_nodes_created_total', 'nodepool'), legend: 'created {{nodepool}}' },
        { ...hourly('karpenter_nodes_terminated_total', 'nodepool'), legend: 'gone {{nodepool}}' },
      ],
    },
    {
      title: 'Versions',
      description: 'The versions that run.',
      type: 'stat',
      queries: [{ expr: `count by (version) (karpenter_build_info{${job}})`, legend: '{{version}}' }],
    },
  ],
};

const timeToReady: Row = {
  title: 'Time to ready',
  panels: [
    {
      title: 'Half of the claims',
      ...seconds,
      description:
        'Time from the creation of a claim until half of the claims of the last hour had finished the phase.',
      queries: [quantile(0.5, 'kaito_claim_phase_duration_seconds', { by: 'phase' })],
    },
    {
      title: '95 of 100 claims',
      ...seconds,
      description: 'The same for 95 of 100 claims.',
      queries: [quantile(0.95, 'kaito_claim_phase_duration_seconds', { by: 'phase' })],
    },
  ],
};

const azure: Row = {
  title: 'Azure',
  panels: [
    {
      title: 'Requests by operation',
      ...requests,
      description: 'Requests on the wire, those for tokens included.',
      queries: [rate('kaito_arm_requests_total', 'operation')],
    },
    {
      title: 'Requests that were refused or got no answer',
      ...requests,
      description: 'By status code, or error code where no answer came.',
      queries: [
        {
          expr: `sum by (operation, code) (rate(kaito_arm_requests_total{${job}, code!~"2.."}[$__rate_interval]))`,
          legend: '{{operation}} {{code}}',
        },
      ],
    },
    {
      title: 'Time to answer, 95 of 100',
      ...seconds,
      description: 'Until a request was answered or given up.',
      queries: [quantile(0.95, 'kaito_arm_request_duration_seconds', { by: 'operation', range: '$__rate_interval' })],
    },
    {
      title: 'Throttling, an hour',
      ...seconds,
      description: 'Time that Azure told throttled requests to wait.',
      queries: [hourly('kaito_arm_throttled_seconds_total', 'operation')],
    },
    {
      title: 'Calls to the cloud, 95 of 100',
      ...seconds,
      description: "As Karpenter's dashboards show it.",
      queries: [quantile(0.95, 'karpenter_cloudprovider_duration_seconds', { by: 'method' })],
    },
    {
      title: 'Errors of the cloud, an hour',
      description: "As Karpenter's dashboards show it.",
      queries: [hourly('karpenter_cloudprovider_errors_total', 'method', 'error')],
    },
  ],
};

const capacity: Row = {
  title: 'Capacity',
  panels: [
    {
      title: 'Offerings that are left alone',
      type: 'table',
      description: 'What Azure refused, and is not asked for until the time is over.',
      queries: [each('kaito_offerings_unavailable', 'instance_type', 'zone', 'capacity_type', 'reason')],
    },
    {
      title: 'Free cores',
      description: 'vCPUs left of the quota, without those that claims are about to take.',
      queries: [each('kaito_quota_free_cores', 'counter')],
    },
    {
      title: 'Quota in use',
      unit: 'percentunit',
      description: 'Share of the quota that is taken or about to be.',
      queries: [
        {
          expr: `max by (counter) (1 - kaito_quota_free_cores{${job}} / kaito_quota_limit_cores{${job}})`,
          legend: '{{counter}}',
        },
      ],
    },
    {
      title: 'Claims that wait for quota',
      description: 'They start by themselves when cores become free.',
      queries: [{ ...each('kaito_quota_waiting_claims'), legend: 'claims' }],
    },
    {
      title: 'Failed offerings, an hour',
      description: 'Launches that failed, by instance type and kind of fault.',
      queries: [hourly('kaito_offering_failures_total', 'instance_type', 'zone', 'kind')],
    },
    {
      title: 'Quota that could not be read, an hour',
      description: 'Launches go on without the check of quota then.',
      queries: [{ ...hourly('kaito_quota_read_failures_total'), legend: 'failures' }],
    },
  ],
};

const failures: Row = {
  title: 'Failures',
  panels: [
    {
      title: 'Failed launches by reason, an hour',
      stacked: true,
      description: "The reason on the claim's Launched condition.",
      queries: [hourly('kaito_launch_failures_total', 'reason')],
    },
    {
      title: 'Failed launches by instance type, an hour',
      stacked: true,
      description: 'What was asked for.',
      queries: [hourly('kaito_launch_failures_total', 'instance_type')],
    },
    {
      title: 'Claims that the provisioner gave up, an hour',
      stacked: true,
      description: 'Deleted on its own, by reason: deadlines, expiry, garbage.',
      queries: [hourly('karpenter_nodeclaims_disrupted_total', 'reason')],
    },
  ],
};

const goingAway: Row = {
  title: 'Deletion, repair, garbage collection',
  panels: [
    {
      title: 'Time to delete, 95 of 100',
      ...seconds,
      description: 'From the deletion until the finalizer was removed; the machine alone from the accepted request.',
      queries: [
        { ...quantile(0.95, 'karpenter_nodeclaims_termination_duration_seconds', { by: 'nodepool' }), legend: 'claim' },
        { ...quantile(0.95, 'karpenter_nodes_termination_duration_seconds', { by: 'nodepool' }), legend: 'node' },
        {
          ...quantile(0.95, 'karpenter_nodeclaims_instance_termination_duration_seconds', { by: 'nodepool' }),
          legend: 'machine',
        },
      ],
    },
    {
      title: 'Drains, an hour',
      description: 'Nodes drained, and evictions by the answer of the API server: 429 is a disruption budget.',
      queries: [
        { ...hourly('karpenter_nodes_drained_total'), legend: 'nodes' },
        { ...hourly('karpenter_nodes_eviction_requests_total', 'code'), legend: 'evictions {{code}}' },
      ],
    },
    {
      title: 'Age of nodes at their end, half of them',
      ...seconds,
      description: 'Of the nodes that went within a day.',
      queries: [quantile(0.5, 'karpenter_nodes_lifetime_duration_seconds', { by: 'nodepool', range: '1d' })],
    },
    {
      title: 'Repairs, an hour',
      description: 'Unhealthy nodes replaced, and repairs held back because too many nodes were unhealthy at once.',
      queries: [
        { ...hourly('karpenter_nodeclaims_unhealthy_disrupted_total', 'condition'), legend: 'replaced {{condition}}' },
        { ...hourly('kaito_node_repairs_blocked_total', 'condition'), legend: 'held back {{condition}}' },
      ],
    },
    {
      title: 'Garbage',
      description: 'What has lost its counterpart, and what was collected within an hour.',
      queries: [
        each('kaito_garbage_candidates', 'object'),
        { ...hourly('kaito_garbage_collected_total', 'object'), legend: 'collected {{object}}' },
      ],
    },
    {
      title: 'Garbage collection is held',
      type: 'stat',
      description: '1 while nothing is deleted for this reason.',
      queries: [each('kaito_garbage_collection_held', 'reason')],
    },
  ],
};

/** The Grafana dashboard of the provisioner, for whoever is called when GPUs do not come. */
export const provisionerDashboard: object = grafanaDashboard({
  uid: 'kaito-gpu-provisioner',
  title: 'Kaito / GPU provisioner',
  description: 'Claims, agent pools, capacity and Azure as the gpu-provisioner sees them.',
  tags: ['kaito', 'gpu', 'karpenter'],
  jobsOf: 'karpenter_build_info',
  rows: [fleet, timeToReady, azure, capacity, failures, goingAway, controllerRow],
});
