export { run } from './app.ts';
export { claimName } from './claims/claim-name.ts';
export { loadConfig, type WorkspaceOptions } from './config.ts';
export { renderDeployment } from './render/deployment.ts';
export { renderMachine } from './render/machine.ts';
export { renderNodeClaim } from './render/node-claim.ts';
export { renderService } from './render/service.ts';
