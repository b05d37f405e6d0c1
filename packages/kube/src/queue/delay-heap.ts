interface Delayed<K> {
  readonly key: K;
  readonly due: number;
}

/**
 * Keys with the time at which each is due; the earliest time of a key counts. Adding and taking cost O(log n).
 * A time that was replaced by an earlier one stays in the heap until it comes up, and is skipped then.
 */
export class DelayHeap<K> {
  readonly #heap: Delayed<K>[] = [];
  readonly #due = new Map<K, number>();

  /** How many keys wait. */
  get size(): number {
    return this.#due.size;
  }

  /** When the next key is due; undefined when none waits. */
  get next(): number | undefined {
    this.#skipReplaced();
    return this.#heap[0]?.due;
  }

  /** Returns whether `due` is the key's new time: it has none, or a later one. */
  add(key: K, due: number): boolean {
    const known = this.#due.get(key);
    if (known !== undefined && known <= due) return false;
    this.#due.set(key, due);
    this.#heap.push({ key, due });
    this.#siftUp(this.#heap.length - 1);
    return true;
  }

  /** Takes out one key that is due at `now`, the earliest first. */
  take(now: number): K | undefined {
    this.#skipReplaced();
    const first = this.#heap[0];
    if (!first || first.due > now) return undefined;
    this.#removeFirst();
    this.#due.delete(first.key);
    return first.key;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#due.clear();
  }

  #skipReplaced(): void {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      if (this.#due.get(first.key) === first.due) return;
      this.#removeFirst();
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown();
  }

  #siftUp(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfLater(parent, index)) return;
      index = parent;
    }
  }

  #siftDown(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = this.#dueAt(right) < this.#dueAt(left) ? right : left;
      if (!this.#swapIfLater(index, child)) return;
      index = child;
    }
  }

  #dueAt(index: number): number {
    return this.#heap[index]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** Swaps parent and child when the child is due first. */
  #swapIfLater(parent: number, child: number): boolean {
    const [a, b] = [this.#heap[parent], this.#heap[child]];
    if (!a || !b || a.due <= b.due) return false;
    this.#heap[parent] = b;
    this.#heap[child] = a;
    return true;
  }
}
