import { azurePrices, catalogue, gpuSkus, plan, skusOf } from '@kaito/planner';
import type { Model } from '@kaito/planner';
import { aWorkspace } from '@kaito/testing';
import { percentile } from '../measure/percentile.ts';

/** What planning once takes, in milliseconds. */
export interface PlanTimes {
  readonly plans: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Planning of every model of the catalogue. */
export interface PlanMeasurement {
  /** On every size, each named by the workspace. */
  readonly named: PlanTimes;
  /** With the size left open, so that all of them are compared. */
  readonly open: PlanTimes;
}

/** How often each model is planned without a size: enough for a 99th percentile. */
const OPEN_ROUNDS = 10;

/**
 * Plans one after the other in this process. Everything is done once before times count, because the engine compiles what is called
 * often.
 */
export function measurePlan(): PlanMeasurement {
  planNamed();
  planOpen();
  return { named: timesOf(planNamed()), open: timesOf(Array.from({ length: OPEN_ROUNDS }, planOpen).flat()) };
}

function planNamed(): readonly number[] {
  return catalogue.flatMap(model => gpuSkus.map(({ name }) => timed(model, name)));
}

function planOpen(): readonly number[] {
  return catalogue.map(model => timed(model, undefined));
}

function timesOf(took: readonly number[]): PlanTimes {
  return {
    plans: took.length,
    p50Ms: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
    maxMs: percentile(took, 1),
  };
}

/** How many milliseconds a plan takes, whether it comes to be or is refused. */
function timed(model: Model, instanceType: string | undefined): number {
  const workspace = aWorkspace({ resource: { instanceType }, inference: { preset: { name: model.id } } });
  const known = { state: 'known', model } as const;
  const input = {
    workspace,
    model: known,
    skus: skusOf('azure'),
    prices: azurePrices,
    provisioning: { mode: 'auto' },
  } as const;
  const start = performance.now();
  plan(input);
  return performance.now() - start;
}
