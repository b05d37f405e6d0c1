export { runCampaign } from './campaign.ts';
export type { CampaignOptions } from './campaign.ts';
export { planRound, schedule, select } from './plan/schedule.ts';
export type { RoundPlan } from './plan/schedule.ts';
export type { RoundResult } from './round/round.ts';
