import type { Invariants } from '../../verdict.ts';
import type { Books } from '../books/books.ts';
import { finalizerLast } from './finalizer-last.ts';
import { foreignUntouched } from './foreign-untouched.ts';
import { noExtraNode } from './no-extra-node.ts';
import { noLostWorkspace } from './no-lost-workspace.ts';
import { nothingLeft } from './nothing-left.ts';
import { onlyReadyServed } from './only-ready-served.ts';
import { ownedChildren } from './owned-children.ts';
import { writesBounded } from './writes-bounded.ts';

/** What must hold in every round, by name. */
export const invariants: Invariants<Books> = {
  converges: ({ unfinished }) => unfinished,
  'no extra node': noExtraNode,
  'no lost workspace': noLostWorkspace,
  'foreign untouched': foreignUntouched,
  'only ready pods served': onlyReadyServed,
  'finalizer last': finalizerLast,
  'owned children': ownedChildren,
  'writes bounded': writesBounded,
  'nothing left': nothingLeft,
};
