import { machines, nodeClaims } from '@kaito/crds';
import type { Machine, NodeClaim } from '@kaito/crds';
import { Cache, createLogger, nodes } from '@kaito/kube';
import type { Client, Informer, Node } from '@kaito/kube';

type Claim = Machine | NodeClaim;

/** Sees claims of both kinds as they change, and notes when each was first Ready and when it was gone. Times of `performance.now()`. */
export class ClaimWatch implements Disposable {
  readonly readyAt = new Map<string, number>();
  readonly goneAt = new Map<string, number>();
  readonly #nodeSeenAt = new Map<string, number>();
  readonly #nodeReadyAt = new Map<string, number>();
  readonly #informers: readonly Informer<Claim>[];
  readonly #end = new AbortController();
  #changes = 0;
  #wake: () => void = () => {};

  private constructor(cache: Cache, withNodes: boolean) {
    this.#informers = [cache.informer(machines), cache.informer(nodeClaims)];
    for (const informer of this.#informers) {
      informer.onEvent(({ type, object }) => {
        const { name } = object.metadata;
        if (type === 'deleted') this.goneAt.set(name, performance.now());
        else if (isReady(object) && !this.readyAt.has(name)) this.readyAt.set(name, performance.now());
        this.#changes += 1;
        this.#wake();
      });
    }
    if (withNodes) cache.informer(nodes).onEvent(({ object }) => this.#note(object));
  }

  /** Starts watching; ends with the signal, or when it is disposed of. @param withNodes nodes as well, which costs the API server something in a burst */
  static async start(client: Client, withNodes: boolean, signal: AbortSignal): Promise<ClaimWatch> {
    const cache = new Cache({ client, logger: createLogger({ level: 'error', name: 'bench' }) });
    const watch = new ClaimWatch(cache, withNodes);
    void cache.start(AbortSignal.any([signal, watch.#end.signal]));
    await cache.synced(signal);
    return watch;
  }

  [Symbol.dispose](): void {
    this.#end.abort(new Error('nobody looks any more'));
  }

  /** Events seen so far: it stands still when nobody writes a claim. */
  get changes(): number {
    return this.#changes;
  }

  /** How long the slowest node took from its appearance until it was Ready and without the taints of a new one, in milliseconds. */
  get nodeReadyMs(): number {
    const took = [...this.#nodeReadyAt].map(([name, at]) => at - (this.#nodeSeenAt.get(name) ?? at));
    return Math.max(0, ...took);
  }

  /** What the claims report, for messages: how many are in which state of Ready. */
  summary(): string {
    const counts = new Map<string, number>();
    for (const claim of this.#informers.flatMap(informer => informer.list())) {
      const blocking = claim.status?.conditions?.find(({ status, type }) => status !== 'True' && type !== 'Ready');
      const state = isReady(claim) ? 'Ready' : `${blocking?.type ?? 'new'}: ${blocking?.message ?? ''}`;
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return [...counts].map(([state, count]) => `${count} × ${state}`).join('; ');
  }

  #note(node: Node): void {
    const { name } = node.metadata;
    if (!this.#nodeSeenAt.has(name)) this.#nodeSeenAt.set(name, performance.now());
    if (canTakePods(node) && !this.#nodeReadyAt.has(name)) this.#nodeReadyAt.set(name, performance.now());
  }

  /**
   * Resolves when `done` holds, looked at after each event.
   * @throws when it does not within `timeoutMs`, or the signal is aborted.
   */
  async until(done: () => boolean, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]);
    while (!done()) {
      const event = Promise.withResolvers<void>();
      this.#wake = event.resolve;
      const stop = (): void => event.reject(new Error(`not within ${timeoutMs / 1000} s: ${this.summary()}`));
      if (deadline.aborted) stop();
      deadline.addEventListener('abort', stop, { once: true });
      await event.promise;
      deadline.removeEventListener('abort', stop);
    }
  }
}

function canTakePods({ spec, status }: Node): boolean {
  const ready = status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;
  return ready && !spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready');
}

function isReady({ status }: Claim): boolean {
  return status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
