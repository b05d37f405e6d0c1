import type { Workspace } from '@kaito/crds';
import type { CapacityType } from './plan.ts';

/** What one rung of the ladder asks for. */
export interface Rung {
  readonly index: number;
  /** Empty where the workspace leaves the size open. */
  readonly instanceType: string;
  readonly capacityType: CapacityType;
  /** Path of the field that names the size. */
  readonly field: string;
}

/**
 * The rung to plan for: 0 is `resource` itself, further ones are its alternatives. A number beyond the last rung, which an edit leaves
 * behind, counts as the last.
 */
export function rungOf({ resource }: Workspace, wanted = 0): Rung {
  const alternatives = resource?.alternatives ?? [];
  const index = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, alternatives.length) : 0;
  const asked = index === 0 ? resource : alternatives[index - 1];
  return {
    index,
    instanceType: asked?.instanceType ?? '',
    capacityType: asked?.capacityType === 'spot' ? 'spot' : 'on-demand',
    field: index === 0 ? 'resource.instanceType' : `resource.alternatives[${index - 1}].instanceType`,
  };
}
