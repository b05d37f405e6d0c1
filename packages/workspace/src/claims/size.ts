import type { CapacityType } from '@kaito/planner';

/** What a machine is asked for by: two claims of one size can stand for each other. */
export interface Size {
  /** In Azure's spelling; case does not count. */
  readonly instanceType: string;
  readonly capacityType: CapacityType;
}

/** Whether two sizes are the same. A claim that names no instance type is of no size. */
export function isSameSize(
  { instanceType, capacityType }: Pick<Size, 'capacityType'> & { readonly instanceType: string | undefined },
  wanted: Size,
): boolean {
  return instanceType?.toLowerCase() === wanted.instanceType.toLowerCase() && capacityType === wanted.capacityType;
}

/** The size in a sentence: `Standard_NC6s_v3`, or `Standard_NC6s_v3 (spot)`. */
export function sayingSize({ instanceType, capacityType }: Size): string {
  return capacityType === 'spot' ? `${instanceType} (spot)` : instanceType;
}
