export { run } from './app.ts';
export { azureConfig, loadConfig, optionTable } from './config.ts';
export type { ProvisionerOptions } from './config.ts';
export { describeMetrics } from './metrics/metric-catalogue.ts';
export type { MetricDescription } from './metrics/metric-catalogue.ts';
