import type { Invariants } from '../../verdict.ts';
import type { Books } from '../books/books.ts';
import { finalizerLast } from './finalizer-last.ts';
import { foreignUntouched } from './foreign-untouched.ts';
import { noDoublePool } from './no-double-pool.ts';
import { noLeakedPool } from './no-leaked-pool.ts';
import { noLostClaim } from './no-lost-claim.ts';
import { noNodeHeld } from './no-node-held.ts';
import { putsBounded } from './puts-bounded.ts';

/** What must hold in every round, by name. */
export const invariants: Invariants<Books> = {
  converges: ({ unfinished }) => unfinished,
  'no leaked pool': noLeakedPool,
  'no double pool': noDoublePool,
  'no lost claim': noLostClaim,
  'foreign untouched': foreignUntouched,
  'no node held': noNodeHeld,
  'finalizer last': finalizerLast,
  'puts bounded': putsBounded,
};
