import type { Workspace } from '@kaito/crds';
import { createHash } from 'node:crypto';
import type { Size } from './size.ts';

/**
 * Hexadecimal digits of the hash in a name. With the prefix, a claim has 11 characters and fits the rule of AKS for names of Linux
 * agent pools (`^[a-z][a-z0-9]{0,11}$`), so claim and pool are called the same.
 */
const digits = 9;

/**
 * The name of the claim for the node number `ordinal` of a workspace. Derived, not random: however often a controller crashes and
 * tries again, one node has one claim. The uid keeps a workspace apart from an earlier one of the same name, and the size keeps the
 * claims of a new size apart from those that they stand beside until the workload has moved.
 */
export function claimName({ metadata }: Workspace, ordinal: number, size: Size): string {
  const { instanceType, capacityType } = size;
  const machine = `${instanceType.toLowerCase()}/${capacityType}`;
  const identity = [metadata.namespace, metadata.name, metadata.uid, machine, ordinal].join('/');
  return `ws${createHash('sha256').update(identity).digest('hex').slice(0, digits)}`;
}

/** The names that the claims of one size have: one for each of `count` nodes. */
export function claimNames(workspace: Workspace, count: number, size: Size): readonly string[] {
  return Array.from({ length: count }, (_, ordinal) => claimName(workspace, ordinal, size));
}
