import type { OptionTable } from './option-spec.ts';

/** The settings that every controller process has, to be spread into its table. Ports as controller-runtime's defaults. */
export const processOptions = {
  metricsPort: {
    flag: '--metrics-port <port>',
    env: 'METRICS_PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 8080,
    description: 'Port of /metrics; 0 takes a free one',
  },
  healthPort: {
    flag: '--health-probe-port <port>',
    env: 'HEALTH_PROBE_PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 8081,
    description: 'Port of /healthz and /readyz; 0 takes a free one',
  },
  leaderElect: {
    flag: '--leader-elect',
    env: 'LEADER_ELECT',
    type: 'boolean',
    default: true,
    description: 'Work only while holding the Lease, so that several replicas can stand by',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'LOG_LEVEL',
    type: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    description: 'Least severe lines that are written',
  },
} as const satisfies OptionTable;
