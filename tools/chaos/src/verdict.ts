/** A promise that was broken, and how. */
export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

/**
 * What must hold in every round, by name: given the books, what in them breaks the promise, in words; nothing when it is kept.
 */
export type Invariants<B> = Readonly<Record<string, (books: B) => readonly string[]>>;

/** Checks every invariant. */
export function violationsIn<B>(invariants: Invariants<B>, books: B): readonly Violation[] {
  return Object.entries(invariants).flatMap(([invariant, check]) =>
    check(books).map(detail => ({ invariant, detail })),
  );
}
