import type { ProxyHook, Verdict } from './proxy.ts';

/** Proxies outlive rounds, and in each they ask somebody else; between rounds nobody, and everything goes its way. */
export class Hooks {
  #hookFor: ((replica: number) => ProxyHook) | undefined;

  /** Has all proxies ask those hooks from now on; nobody without any. */
  lead(hookFor: ((replica: number) => ProxyHook) | undefined): void {
    this.#hookFor = hookFor;
  }

  /** What the proxies of a replica are started with. */
  of(replica: number): ProxyHook {
    return {
      arriving: request => this.#hookFor?.(replica).arriving(request) ?? Promise.resolve<Verdict>('forward'),
      answered: request => this.#hookFor?.(replica).answered(request) ?? Promise.resolve('answer' as const),
    };
  }
}
