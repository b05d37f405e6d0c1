import type { LoggedRequest, RequestReport } from '../admin/protocol.ts';

/** Counts requests and remembers the latest. */
export class RequestLog {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;
  #latest: LoggedRequest[] = [];

  constructor(limit = 2000) {
    this.#limit = limit;
  }

  /** Counts a request on arrival; the returned function notes how it ended. */
  arrived(request: LoggedRequest): (end: Pick<LoggedRequest, 'status' | 'faultId'>) => void {
    const entry = { ...request };
    this.#counts.set(request.operation, (this.#counts.get(request.operation) ?? 0) + 1);
    this.#latest.push(entry);
    // Cut now and then, so that a long run costs no copy per request.
    if (this.#latest.length > 2 * this.#limit) this.#latest = this.#latest.slice(-this.#limit);
    return end => void Object.assign(entry, end);
  }

  report(): RequestReport {
    const counts = Object.fromEntries([...this.#counts].toSorted(([left], [right]) => (left < right ? -1 : 1)));
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    return { total, counts, log: this.#latest.slice(-this.#limit) };
  }

  reset(): void {
    this.#counts.clear();
    this.#latest = [];
  }
}
