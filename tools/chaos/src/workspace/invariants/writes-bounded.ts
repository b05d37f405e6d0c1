import type { Books } from '../books/books.ts';

/** What one workspace, with its nodes, may cost from its creation until it is gone. */
const PER_WORKSPACE = 45;
const PER_NODE = 10;
/** What each crash, fault and deed may cost: a look at everything, and some of it again. */
const PER_DISTURBANCE = 40;

/** Writes have a bound; nothing is written again and again. */
export function writesBounded({ workspaces, writes, crashes, faultHits, deeds }: Books): readonly string[] {
  const nodes = workspaces.reduce((sum, workspace) => sum + workspace.nodes, 0);
  const disturbances = crashes + faultHits + deeds;
  const bound = workspaces.length * PER_WORKSPACE + nodes * PER_NODE + disturbances * PER_DISTURBANCE;
  return writes > bound
    ? [
        `${writes} writes for ${workspaces.length} workspaces, ${nodes} nodes and ${disturbances} disturbances; at most ${bound}`,
      ]
    : [];
}
