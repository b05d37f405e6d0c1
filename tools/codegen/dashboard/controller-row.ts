import type { Row } from './grafana.ts';
import { each, quantile, rate, requests, seconds } from './queries.ts';

/** What every controller shows of itself. */
export const controllerRow: Row = {
  title: 'Controller',
  panels: [
    {
      title: 'Queue',
      description: 'Claims that wait for a worker.',
      queries: [each('workqueue_depth', 'name')],
    },
    {
      title: 'Failed reconciles',
      ...requests,
      description: 'They are tried again; a lasting rate is a bug or a lack of rights.',
      queries: [rate('controller_runtime_reconcile_errors_total', 'controller')],
    },
    {
      title: 'Time of a reconcile, 99 of 100',
      ...seconds,
      description: 'No reconcile waits for Azure to finish anything.',
      queries: [
        quantile(0.99, 'controller_runtime_reconcile_time_seconds', { by: 'controller', range: '$__rate_interval' }),
      ],
    },
    {
      title: 'Requests to the API server',
      ...requests,
      description: 'By status code.',
      queries: [rate('rest_client_requests_total', 'code')],
    },
    {
      title: 'CPU',
      description: 'Cores in use.',
      queries: [rate('process_cpu_seconds_total', 'pod')],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      description: 'Resident memory of the process.',
      queries: [each('process_resident_memory_bytes', 'pod')],
    },
    {
      title: 'Lag of the event loop',
      ...seconds,
      description: 'The 99th of 100 delays; above a second, probes time out.',
      queries: [each('nodejs_eventloop_lag_p99_seconds', 'pod')],
    },
    {
      title: 'Leader',
      description: '1 for the replica that works.',
      queries: [each('leader_election_master_status', 'pod')],
    },
  ],
};
