import type { PlannedImage } from '@kaito/planner';
import type { RenderSettings } from './render-input.ts';

/** The image of a plan as a container names it. */
export function imageReference(
  { origin, reference }: PlannedImage,
  { registry, cpuServerImage }: Pick<RenderSettings, 'registry' | 'cpuServerImage'>,
): string {
  if (origin === 'own') return cpuServerImage ?? reference;
  return origin === 'user' ? reference : `${registry}/${reference}`;
}
