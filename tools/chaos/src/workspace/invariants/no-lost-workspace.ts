import type { Books, OurWorkspace } from '../books/books.ts';

/** A workspace that nobody deleted is there, and nobody begins to delete it; its claims have it. */
export function noLostWorkspace(books: Books): readonly string[] {
  return [...books.workspaces.flatMap(workspace => lost(workspace, books)), ...strays(books)];
}

function lost({ name, uid, deletedAt = Infinity }: OurWorkspace, { history, settled }: Books): readonly string[] {
  const ending = history.find(
    change => change.uid === uid && change.at < deletedAt && (change.leaving || change.type === 'deleted'),
  );
  if (ending) return [`${name} was deleted by somebody else`];
  return deletedAt > settled.at && settled.workspaces.get(name) !== uid
    ? [`${name} is gone, and nobody deleted it`]
    : [];
}

function strays({ settled }: Books): readonly string[] {
  return settled.claims
    .filter(({ workspace, leaving }) => !leaving && !settled.workspaces.has(workspace))
    .map(({ name, workspace }) => `claim ${name} was there without its workspace ${workspace}`);
}
