import { messageOf, pause } from '@kaito/local-stack';

const PAUSE_MS = 50;
const ANSWERS_WITHIN_MS = 60_000;
/** A model on a busy CPU takes its time. */
const ANSWER_WITHIN_MS = 30_000;
const PROMPT = {
  prompt: 'What is a kubelet?',
  return_full_text: false,
  generate_kwargs: { max_length: 64, do_sample: false },
};
/** By this header the stand-in model says that it is one; no other server answers in its place. */
const STAND_IN_HEADER = 'x-kaito-stand-in';

/** Prompts to `/chat`, one after the other, until it is disposed. */
export class Load implements AsyncDisposable {
  readonly #url: string;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #failures: string[] = [];
  #answers = 0;
  #lastAnswer = '';

  constructor(url: string) {
    this.#url = url;
    this.#running = this.#ask();
  }

  get answers(): number {
    return this.#answers;
  }

  get lastAnswer(): string {
    return this.#lastAnswer;
  }

  /** Resolves when that many prompts were answered. @throws when one was lost, or it takes too long. */
  async answered(count: number, signal: AbortSignal): Promise<void> {
    for (const until = performance.now() + ANSWERS_WITHIN_MS; this.#answers < count; await pause(PAUSE_MS, signal)) {
      this.check();
      if (performance.now() > until) throw new Error(`${this.#url}: ${this.#answers} answers, ${count} were expected`);
    }
  }

  /** @throws with the first prompts that were lost. */
  check(): void {
    if (this.#failures.length > 0)
      throw new Error(`${this.#url}: prompts were lost: ${this.#failures.slice(0, 3).join('; ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #ask(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        this.#lastAnswer = await askOnce(this.#url);
        this.#answers += 1;
      } catch (error) {
        this.#failures.push(`${messageOf(error)}, after ${this.#answers} answers`);
      }
      await pause(PAUSE_MS);
    }
  }
}

async function askOnce(url: string): Promise<string> {
  const request = { method: 'POST', body: JSON.stringify(PROMPT), headers: { 'content-type': 'application/json' } };
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${text}`);
  if (!response.headers.has(STAND_IN_HEADER)) throw new Error(`it is not the stand-in model that answers: ${text}`);
  const { Result: answer }: { readonly Result?: unknown } = JSON.parse(text);
  // Words, whatever they are: the model is small.
  if (typeof answer !== 'string' || !/\p{L}{3,}.*\p{L}{3,}/su.test(answer))
    throw new Error(`no answer in words: ${text}`);
  return answer.trim();
}
