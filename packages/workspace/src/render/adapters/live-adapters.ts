import type { InferencePlan, PlannedAdapter } from '@kaito/planner';
import type { RenderSettings } from '../render-input.ts';

/** Adapters that come from images; the others are on volumes. */
export function imageAdapters(adapters: readonly PlannedAdapter[]): readonly PlannedAdapter[] {
  return adapters.filter(({ volumeSource }) => volumeSource === undefined);
}

/** Whether a change of adapters from images reaches servers while they run: vLLM has an API for it, and a container that uses it. */
export function loadsLive(
  { server }: Pick<InferencePlan, 'server'>,
  { adapterSource }: Pick<RenderSettings, 'adapterSource'>,
): boolean {
  return server.runtime === 'vllm' && adapterSource === 'pull';
}

/** Whether its pods have a container that keeps its adapters as a list says. */
export function hasAdapterList(
  plan: Pick<InferencePlan, 'server' | 'adapters'>,
  settings: Pick<RenderSettings, 'adapterSource'>,
): boolean {
  return loadsLive(plan, settings) && imageAdapters(plan.adapters).length > 0;
}
