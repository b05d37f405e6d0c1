import type { Books, SeenChild } from '../books/books.ts';

/** A workload or Service belongs to a workspace of its name at every moment: nobody else would take it down. */
export function ownedChildren({ children, workspaces }: Books): readonly string[] {
  const isOwned = ({ name, owner }: SeenChild): boolean =>
    workspaces.some(workspace => workspace.uid === owner && name.startsWith(workspace.name));
  return children
    .filter(child => !isOwned(child))
    .map(({ kind, name, owner }) => `${kind} ${name} belonged to ${owner ?? 'no workspace'}, none of the round`);
}
