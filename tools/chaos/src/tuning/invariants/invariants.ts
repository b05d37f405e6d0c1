import type { Invariants } from '../../verdict.ts';
import { finalizerLast } from '../../workspace/invariants/finalizer-last.ts';
import { foreignUntouched } from '../../workspace/invariants/foreign-untouched.ts';
import { noExtraNode } from '../../workspace/invariants/no-extra-node.ts';
import { noLostWorkspace } from '../../workspace/invariants/no-lost-workspace.ts';
import { nothingLeft } from '../../workspace/invariants/nothing-left.ts';
import { ownedChildren } from '../../workspace/invariants/owned-children.ts';
import type { TuningBooks } from '../books/books.ts';
import { attemptsBounded } from './attempts-bounded.ts';
import { begunOnce } from './begun-once.ts';
import { claimsBounded } from './claims-bounded.ts';
import { exactResult } from './exact-result.ts';
import { goesOn } from './goes-on.ts';
import { ownTag } from './own-tag.ts';
import { writesBounded } from './writes-bounded.ts';

/** What must hold in every round, by name. */
export const invariants: Invariants<TuningBooks> = {
  converges: ({ unfinished }) => unfinished,
  'exact result': exactResult,
  'own tag': ownTag,
  'begun once': begunOnce,
  'attempts bounded': attemptsBounded,
  'goes on': goesOn,
  'no extra node': noExtraNode,
  'claims bounded': claimsBounded,
  'no lost workspace': noLostWorkspace,
  'foreign untouched': foreignUntouched,
  'finalizer last': finalizerLast,
  'owned children': ownedChildren,
  'writes bounded': writesBounded,
  'nothing left': nothingLeft,
};
