import { instanceTypesUnavailableMessage, type ConditionLike } from '@kaito/crds';

/**
 * What a provisioner said when it gave up on a claim's size for good: KAITO's sentence on a launch condition that is False, with what
 * stands around it. Undefined while it still tries.
 */
export function refusalOf(launched: ConditionLike | undefined): string | undefined {
  const { status, message } = launched ?? {};
  return status === 'False' && message?.includes(instanceTypesUnavailableMessage) ? message : undefined;
}
