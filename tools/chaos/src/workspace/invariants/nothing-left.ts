import type { Books } from '../books/books.ts';

/** At the end there is nothing more that costs money or gets in the way. */
export function nothingLeft({ final }: Books): readonly string[] {
  return [
    ...[...final.workspaces.keys()].map(name => `workspace ${name}`),
    ...final.claims.map(({ name, workspace }) => `claim ${name} of ${workspace}`),
    ...final.pools.map(({ name, workspace, state }) => `pool ${name} of ${workspace} (${state})`),
    ...final.nodes.map(name => `node ${name}`),
    ...final.children.map(({ kind, name }) => `${kind} ${name}`),
    ...final.pods.map(name => `pod ${name}`),
  ].map(what => `${what} is left`);
}
