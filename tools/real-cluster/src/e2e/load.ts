import { pause } from '@kaito/local-stack';

const PAUSE_MS = 50;
const ANSWERS_WITHIN_MS = 30_000;

/** Prompts, one after the other, until it is disposed. */
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
    const body = JSON.stringify({ prompt: 'What is a kubelet?' });
    while (!this.#stop.signal.aborted) {
      try {
        const response = await fetch(this.#url, { method: 'POST', body, signal: AbortSignal.timeout(5_000) });
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        this.#lastAnswer = await response.text();
        this.#answers += 1;
      } catch (error) {
        this.#failures.push(String(error));
      }
      await pause(PAUSE_MS);
    }
  }
}
