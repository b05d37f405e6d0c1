export { run } from './app.ts';
export { azureConfig, loadConfig, optionTable } from './config.ts';
export type { ProvisionerOptions } from './config.ts';
