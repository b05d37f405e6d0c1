import type { Books } from '../books/books.ts';
import { finalizerLast } from './finalizer-last.ts';
import { foreignUntouched } from './foreign-untouched.ts';
import { noDoublePool } from './no-double-pool.ts';
import { noLeakedPool } from './no-leaked-pool.ts';
import { noLostClaim } from './no-lost-claim.ts';
import { noNodeHeld } from './no-node-held.ts';
import { putsBounded } from './puts-bounded.ts';

/** @returns what in the books breaks the promise, in words; empty when it is kept. */
export type Check = (books: Books) => readonly string[];

/** What must hold in every round, by name. */
export const invariants: Readonly<Record<string, Check>> = {
  converges: ({ unfinished }) => unfinished,
  'no leaked pool': noLeakedPool,
  'no double pool': noDoublePool,
  'no lost claim': noLostClaim,
  'foreign untouched': foreignUntouched,
  'no node held': noNodeHeld,
  'finalizer last': finalizerLast,
  'puts bounded': putsBounded,
};

/** A promise that was broken, and how. */
export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

/** Checks every invariant. */
export function violationsIn(books: Books): readonly Violation[] {
  return Object.entries(invariants).flatMap(([invariant, check]) =>
    check(books).map(detail => ({ invariant, detail })),
  );
}
