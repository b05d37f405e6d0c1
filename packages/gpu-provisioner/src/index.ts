export { run } from './app.ts';
export { azureConfig, loadConfig, optionTable } from './config.ts';
export type { ProvisionerOptions } from './config.ts';
export { describeProvisionerMetrics } from './metrics/metric-catalogue.ts';
