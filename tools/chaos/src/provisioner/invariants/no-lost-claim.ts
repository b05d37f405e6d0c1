import type { Books, OurClaim, SeenClaim } from '../books/books.ts';

/** A claim that nobody deleted is there and Ready, on a node and a pool of its own; and nobody begins to delete it. */
export function noLostClaim(books: Books): readonly string[] {
  const { claims, settled } = books;
  const wanted = settled ? claims.filter(({ deletedAt = Infinity }) => deletedAt > settled.at) : [];
  return [...claims.flatMap(claim => goneTooEarly(claim, books)), ...wanted.flatMap(claim => notUp(claim, books))];
}

function goneTooEarly({ kind, name, uid, deletedAt = Infinity }: OurClaim, { history }: Books): readonly string[] {
  const early = history.find(change => change.uid === uid && change.at < deletedAt && isEnding(change));
  return early ? [`${kind} ${name} was deleted by somebody else`] : [];
}

function isEnding({ type, leaving }: Books['history'][number]): boolean {
  return leaving || type === 'deleted';
}

function notUp({ kind, name, uid }: OurClaim, { settled, mayStayWithout }: Books): readonly string[] {
  const claim = settled?.claims.find(found => found.uid === uid);
  if (!claim) return [`${kind} ${name} is gone, and nobody deleted it`];
  if (claim.ready) return standsOn(claim, settled).map(missing => `${kind} ${name} is Ready without ${missing}`);
  if (mayStayWithout && claim.explanation !== undefined) return [];
  return [`${kind} ${name} is not Ready: ${claim.explanation ?? 'and does not say why'}`];
}

/** What a Ready claim lacks. */
function standsOn({ uid, providerID }: SeenClaim, settled: Books['settled']): readonly string[] {
  const node = settled?.nodes.some(found => found.providerID === providerID && found.held);
  const pool = settled?.pools.some(found => found.claimUid === uid && found.state !== 'Deleting');
  return [...(node ? [] : ['a node that is held for it']), ...(pool ? [] : ['a pool'])];
}
