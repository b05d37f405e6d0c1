import type { TuningPlan } from '@kaito/planner';
import type { Container } from '../pod-parts.ts';
import type { RenderInput } from '../render-input.ts';

export function transferSteps(_: RenderInput<TuningPlan>): {
  readonly before: readonly Container[];
  readonly output: Container;
} {
  return { before: [], output: { name: 'output', image: 'x' } };
}
