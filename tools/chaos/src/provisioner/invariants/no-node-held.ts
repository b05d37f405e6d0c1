import type { Books } from '../books/books.ts';

/** At the end no node is left that only the provisioner could let go, nor one of a pool of the round. */
export function noNodeHeld({ final }: Books): readonly string[] {
  return final.nodes.map(({ name, pool, held }) =>
    held ? `node ${name} is left with the provisioner's finalizer` : `node ${name} of pool ${pool} is left`,
  );
}
