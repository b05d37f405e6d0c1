import { faultRows } from './fault-rows.ts';

export { faultRows } from './fault-rows.ts';

/**
 * What kind of fault it is, which says whose move it is:
 * - `busy` another operation holds the pool or cluster; it ends by itself
 * - `throttled` too many requests; Azure says when to come back
 * - `transient` the service or the network failed; the same request may pass
 * - `capacity` Azure has no machine of this size there now
 * - `quota` the subscription may not have more of these cores
 * - `sku` this size is not sold to the subscription there
 * - `spec` the request itself is wrong
 * - `auth` no token, or no right
 * - `policy` an administrator forbids it: policy, lock, disabled subscription
 * - `cap` a limit of the cluster: pools, nodes, addresses
 * - `node` the machine came but did not become a node
 * - `exists` the pool is there already
 * - `notFound` the pool, cluster or group is not there
 * - `unknown` nothing above; shown as it is
 */
export type FaultKind =
  | 'busy'
  | 'throttled'
  | 'transient'
  | 'capacity'
  | 'quota'
  | 'sku'
  | 'spec'
  | 'auth'
  | 'policy'
  | 'cap'
  | 'node'
  | 'exists'
  | 'notFound'
  | 'unknown';

/** What is known of a fault. Operations that fail after they were accepted have no status. */
export interface FaultSigns {
  readonly statusCode?: number | undefined;
  readonly code: string;
  readonly message: string;
}

/** One line of the table. It fits when all that it names fits. */
export interface FaultRow {
  readonly kind: FaultKind;
  /** HTTP statuses, the first and the last of a range. */
  readonly status?: readonly [number, number];
  /** Error codes, compared without regard to case. */
  readonly codes?: readonly string[];
  /** Fits the beginning of the code, where Azure numbers or varies the rest. */
  readonly codePattern?: RegExp;
  /** Fits somewhere in the message. */
  readonly pattern?: RegExp;
  /** What was seen, and where. */
  readonly note: string;
}

/** Gives the kind of the first row that fits, and `unknown` when none does. */
export function classifyFault(signs: FaultSigns): FaultKind {
  return findFaultRow(signs)?.kind ?? 'unknown';
}

/** The row of the table that decides. */
export function findFaultRow(signs: FaultSigns): FaultRow | undefined {
  return faultRows.find(row => fits(row, signs));
}

function fits(row: FaultRow, { statusCode, code, message }: FaultSigns): boolean {
  return (
    (row.status === undefined || inRange(statusCode, row.status)) &&
    (row.codes === undefined || row.codes.some(known => known.toLowerCase() === code.toLowerCase())) &&
    (row.codePattern?.test(code) ?? true) &&
    (row.pattern?.test(message) ?? true)
  );
}

function inRange(status: number | undefined, [first, last]: readonly [number, number]): boolean {
  return status !== undefined && status >= first && status <= last;
}
