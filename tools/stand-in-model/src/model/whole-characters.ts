/** What stands for bytes that are no whole character. */
const BROKEN = '\ufffd';
/** UTF-8 has at most 4 bytes a character, and a token at least one: longer than this it is no part of a character any more. */
const LONGEST = 4;

/**
 * Turns tokens into text as they come: one that ends inside of a character is held back until that is whole.
 * @param detokenize the text of tokens, given those before them.
 */
export class WholeCharacters {
  readonly #detokenize: (tokens: readonly number[], before: readonly number[]) => string;
  readonly #before: number[] = [];
  #held: number[] = [];

  constructor(detokenize: (tokens: readonly number[], before: readonly number[]) => string) {
    this.#detokenize = detokenize;
  }

  /** @returns the text that is whole now, empty when nothing is. */
  add(token: number): string {
    this.#held.push(token);
    const text = this.#detokenize(this.#held, this.#before);
    return text.endsWith(BROKEN) && this.#held.length < LONGEST ? '' : this.#take(text);
  }

  /** @returns what is still held back. */
  end(): string {
    return this.#held.length === 0 ? '' : this.#take(this.#detokenize(this.#held, this.#before));
  }

  #take(text: string): string {
    this.#before.push(...this.#held);
    this.#held = [];
    return text;
  }
}
