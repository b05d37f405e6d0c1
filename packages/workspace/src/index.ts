export { run } from './app.ts';
export { describeWorkspaceMetrics } from './metrics/metric-catalogue.ts';
export { claimName } from './claims/claim-name.ts';
export { loadConfig, optionTable, type WorkspaceOptions } from './config.ts';
export { renderMachine } from './render/machine.ts';
export { renderNodeClaim } from './render/node-claim.ts';
export { renderWorkload, type Workload } from './render/workload.ts';
export type { RenderInput, RenderSettings } from './render/render-input.ts';
export { fieldImpacts, impactOf, type Impact } from './revisions/impact.ts';
