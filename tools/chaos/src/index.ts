export { runCampaign } from './campaign.ts';
export type { CampaignOptions } from './campaign.ts';
export { schedule, select } from './plan/schedule.ts';
export { provisioner } from './provisioner/target.ts';
export { tuning } from './tuning/target.ts';
export { workspace } from './workspace/target.ts';
export type { RoundResult, Target } from './target.ts';
