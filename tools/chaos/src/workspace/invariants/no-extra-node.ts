import type { Alive, Books } from '../books/books.ts';

/**
 * A workspace never has more nodes asked for than it wants, neither as claims nor as pools: those that are on their way out do not
 * count. And no more pools are ever made than there were nodes to have or to replace.
 */
export function noExtraNode(books: Books): readonly string[] {
  return [...new Set([...books.alive.flatMap(sample => tooMany(sample, books)), ...puts(books)])];
}

function tooMany({ workspace, claims, pools }: Alive, { workspaces }: Books): readonly string[] {
  const ours = workspaces.filter(({ name }) => name === workspace);
  const wanted = Math.max(0, ...ours.map(({ nodes, nameTaken }) => (nameTaken ? 0 : nodes)));
  const told = (what: string, names: readonly string[]): readonly string[] =>
    names.length > wanted
      ? [`${workspace} wants ${wanted} nodes and had ${names.length} ${what}: ${names.join(', ')}`]
      : [];
  return [...told('claims', claims), ...told('pools', pools)];
}

function puts({ workspaces, requests, deeds }: Books): readonly string[] {
  const made = requests.filter(
    ({ operation, status = 0 }) => operation === 'PUT agentPools' && (status === 200 || status === 201),
  );
  const wanted = workspaces.reduce((sum, { nodes, nameTaken }) => sum + (nameTaken ? 0 : nodes), 0);
  if (made.length <= wanted + deeds) return [];
  // Which claim each was for tells a pool that was made twice from a node that was asked for twice.
  const names = made.map(({ pool = '' }) => pool).join(', ');
  return [`${made.length} pools were made for ${wanted} nodes, of which ${deeds} at most had to be replaced: ${names}`];
}
