import type { CrashPoint, WriteKind } from '../plan/crash-point.ts';
import type { ApiServerFault } from '../plan/fault.ts';
import type { ProxyHook, Verdict } from './proxy.ts';
import { writeKind } from './write-kind.ts';
import type { ProxiedRequest } from './write-kind.ts';

export interface SaboteurOptions {
  /** Strikes the replica down; the process must do nothing more when it returns. */
  readonly strike: (replica: number) => void;
  /** A strike only pauses: requests and answers go their way, and answers are read when the process goes on. */
  readonly pauses?: boolean;
  /** Looks around while each request of a kind waits; told the name of the object. */
  readonly witness: { readonly request: WriteKind; readonly look: (name: string) => Promise<void> };
  /** How long a request waits that is held up. */
  readonly holdUp?: () => Promise<void>;
}

/** Counts what the replicas send and strikes where it was told to. Everything that it does happens while a request waits in a proxy. */
export class Saboteur {
  readonly #options: SaboteurOptions;
  readonly #counts = new Map<WriteKind | 'any write', number>();
  #point: CrashPoint | undefined;
  #fault: ApiServerFault | undefined;
  #faultHits = 0;
  #writes = 0;
  /** Requests at which to strike once they are answered. */
  readonly #marked = new WeakSet<ProxiedRequest>();
  /** Requests whose answers are to be lost. */
  readonly #muted = new WeakSet<ProxiedRequest>();

  constructor(options: SaboteurOptions) {
    this.#options = options;
  }

  /** How many requests the API server's fault has hit since it was set. */
  get faultHits(): number {
    return this.#faultHits;
  }

  /** How many requests that write have arrived in all. */
  get writes(): number {
    return this.#writes;
  }

  /** How many requests of each kind have arrived since the last `aim`. */
  get counts(): ReadonlyMap<WriteKind | 'any write', number> {
    return this.#counts;
  }

  /** Strikes at that point, counted from now; nowhere without one. */
  aim(point: CrashPoint | undefined): void {
    this.#counts.clear();
    this.#point = point;
  }

  /** Lets the API server seem to fail from now on; not any more without a fault. */
  disturb(fault: ApiServerFault | undefined): void {
    this.#fault = fault;
    this.#faultHits = 0;
  }

  /** What the proxies of a replica ask. */
  hookFor(replica: number): ProxyHook {
    return {
      arriving: request => this.#arriving(request, replica),
      answered: request => Promise.resolve(this.#answered(request, replica)),
    };
  }

  async #arriving(request: ProxiedRequest, replica: number): Promise<Verdict> {
    const kind = writeKind(request);
    if (kind === undefined) return 'forward';
    const side = this.#hit(kind);
    if (side === 'before') {
      this.#options.strike(replica);
      if (!this.#options.pauses) return 'drop';
    }
    const { witness } = this.#options;
    if (kind === witness.request) await witness.look(nameIn(request));
    const fault = this.#takeFault(kind);
    const answer = answerOf(fault);
    if (answer !== undefined && side === 'after') {
      this.#options.strike(replica);
      return 'drop';
    }
    if (answer !== undefined) return answer;
    if (fault === 'hold it up') await this.#options.holdUp?.();
    if (fault === 'lose the answer') this.#muted.add(request);
    if (side === 'after') this.#marked.add(request);
    return 'forward';
  }

  #answered(request: ProxiedRequest, replica: number): 'answer' | 'drop' {
    if (this.#marked.has(request)) {
      this.#options.strike(replica);
      return this.#options.pauses ? 'answer' : 'drop';
    }
    return this.#muted.has(request) ? 'drop' : 'answer';
  }

  /** Counts a request. @returns on which side of it to strike; undefined when not at this one. */
  #hit(kind: WriteKind): CrashPoint['side'] | undefined {
    const count = (name: WriteKind | 'any write'): number => {
      const next = (this.#counts.get(name) ?? 0) + 1;
      this.#counts.set(name, next);
      return next;
    };
    this.#writes += 1;
    const [ofKind, ofAll] = [count(kind), count('any write')];
    const point = this.#point;
    if (point === undefined) return undefined;
    const nth = point.request === 'any write' ? ofAll : point.request === kind ? ofKind : 0;
    if (nth !== point.nth) return undefined;
    this.#point = undefined;
    return point.side;
  }

  #takeFault(kind: WriteKind): ApiServerFault['do'] | undefined {
    const fault = this.#fault;
    if (!fault || this.#faultHits >= fault.times) return undefined;
    if (fault.request !== kind && fault.request !== 'any write') return undefined;
    this.#faultHits += 1;
    return fault.do;
  }
}

/** What the caller gets instead of the effect; undefined where the request is carried out. */
function answerOf(fault: ApiServerFault['do'] | undefined): Verdict | undefined {
  if (fault === 500 || fault === 409) return statusAnswer(fault);
  return fault === 'hang' ? fault : undefined;
}

/** The name of the object in the request's path. */
function nameIn({ path }: ProxiedRequest): string {
  return /^[^?]*\/([^/?]+)/.exec(path)?.[1] ?? '';
}

/** A `Status` as the API server answers it (Kubernetes API conventions, "Response Status Kind"). */
function statusAnswer(code: 500 | 409): Exclude<Verdict, string> {
  const reason = code === 409 ? 'Conflict' : 'InternalError';
  const message =
    code === 409
      ? 'the object has been modified; please apply your changes to the latest version'
      : 'etcd did not answer';
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
  };
}
