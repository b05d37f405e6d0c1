import type { FaultKind } from '@kaito/azure';
import type { Clock, Runnable, Timer } from '@kaito/kube';
import { closuresOf, exactly, scopeKeys } from './closure.ts';
import type { Closure, Lifetimes, OfferingFault, Scope } from './closure.ts';
import { offeringKey } from './offering.ts';
import type { Offering, OfferingKey } from './offering.ts';

/** Why an offering is not to be asked for now, in Azure's words. */
interface Cause {
  /** A word for conditions and metrics, such as `AllocationFailure`. */
  readonly reason: string;
  /** What Azure said when it was refused last. */
  readonly said: string;
}

/** Whether an offering may be asked for. Times are monotonic milliseconds. */
export type OfferingState =
  | { readonly state: 'available' }
  /** One claim is finding out whether it can be had again. `until`: when that is taken for lost, if nothing is heard before. */
  | ({ readonly state: 'probing'; readonly until: number } & Cause)
  | ({ readonly state: 'unavailable'; readonly until: number } & Cause);

/** A group of offerings that is closed, for metrics and explanations. */
export interface Unavailable extends Cause, Pick<Scope, 'instanceType' | 'zone' | 'capacityType'> {
  readonly until: number;
}

interface Entry extends Cause {
  readonly scope: Scope;
  readonly kind: FaultKind;
  readonly ms: number;
  /** Open until then, half-open afterwards: one claim may try. */
  readonly until: number;
  readonly probe?: { readonly uid: string; readonly at: number };
}

export interface OfferingMemoryOptions {
  readonly lifetimes: Lifetimes;
  readonly clock: Pick<Clock, 'monotonic' | 'setTimeout'>;
}

const MINUTE_MS = 60_000;
/** Kinds of fault that say something about the offering; the others say something about the request, the cluster or the way to Azure. */
const VERDICTS: ReadonlySet<FaultKind> = new Set(['capacity', 'quota', 'sku', 'node', 'unknown']);
/** So many failures in a row without a clear cause close an offering too, for so long. */
const STREAK: { readonly length: number; readonly ms: number } = { length: 5, ms: 10 * MINUTE_MS };
/** Probes that end without a word on the offering follow each other no faster: at most 12 an hour. */
const PROBE_SPACING_MS = 5 * MINUTE_MS;
/** After so long without a word a probe is taken for lost; AKS gives up on a pool sooner. */
const PROBE_PATIENCE_MS = 60 * MINUTE_MS;
/** What nobody has asked for in so long is forgotten. */
const FORGET_MS = 24 * 60 * MINUTE_MS;

/**
 * What Azure has refused, remembered for all claims of this process, and a circuit breaker for each offering: closed for the
 * lifetime of the failure; then half-open, when one claim may try; open for all again when that claim got its machine. So an
 * offering that is dead costs at most 12 requests an hour once it is known to be, however many claims want it, as long as no
 * lifetime is below five minutes. An offering that has never failed is not limited.
 *
 * The methods do not wait: whoever finds an offering available calls `begin` before anything else runs.
 * Times are monotonic milliseconds.
 */
export class OfferingMemory implements Runnable {
  readonly name = 'offering-memory';
  readonly leaderOnly = true;
  readonly #options: OfferingMemoryOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #streaks = new Map<OfferingKey, { readonly count: number; readonly at: number }>();
  #onRecovery: () => void = () => {};
  #running = false;
  #timer: Timer | undefined;

  constructor(options: OfferingMemoryOptions) {
    this.#options = options;
  }

  /** Calls back whenever something may have become available that was not, while the memory runs. Takes one listener. */
  onRecovery(callback: () => void): void {
    this.#onRecovery = callback;
  }

  /** Keeps watch over lifetimes until the signal is aborted; without it everything but `onRecovery` works too. */
  start(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const stop = (): void => {
        this.#running = false;
        this.#timer?.cancel();
        resolve();
      };
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      this.#running = true;
      this.#watch();
    });
  }

  /** Whether a claim may ask for the offering. @param uid the claim's; its own probe does not stand in its way */
  state(offering: Offering, now: number, uid?: string): OfferingState {
    const covering = this.#covering(offering);
    const [longest] = covering.toSorted((a, b) => b.until - a.until);
    if (longest && longest.until > now) return { state: 'unavailable', until: longest.until, ...causeOf(longest) };
    const probed = covering.find(entry => isProbed(entry, now) && entry.probe?.uid !== uid);
    if (!probed?.probe) return { state: 'available' };
    return { state: 'probing', until: probed.probe.at + PROBE_PATIENCE_MS, ...causeOf(probed) };
  }

  /** A claim is about to ask for an offering that it found available. What it probed before is given free. */
  begin(offering: Offering, uid: string, now: number): void {
    const covering = this.#covering(offering);
    this.#release(uid, entry => !covering.includes(entry));
    for (const entry of covering) {
      if (entry.until <= now && !isProbed(entry, now)) this.#set({ ...entry, probe: { uid, at: now } });
    }
  }

  /** A claim is done with what it began, or gone: should it have been probing, another may, some minutes after it began. */
  ended(uid: string): void {
    this.#release(uid, () => true);
  }

  /** Azure refused the offering, or it failed later. Kinds of fault that say nothing about it change nothing. */
  failed(offering: Offering, fault: OfferingFault, now: number): void {
    if (!VERDICTS.has(fault.kind)) return;
    this.#forget(now);
    const halfOpen = this.#covering(offering).filter(({ until }) => until <= now);
    // Quota is checked before a machine is looked for: who gets as far as that has quota.
    const refuted = halfOpen.filter(({ kind }) => fault.kind === 'capacity' && kind === 'quota');
    for (const entry of halfOpen) this.#set({ ...withoutProbe(entry), until: now + entry.ms });
    this.#drop(refuted);
    for (const closure of this.#closures(offering, fault, now)) this.#close(closure, fault, now);
    this.#watch();
  }

  /** A machine of this offering is there. Closes what is half-open; what failed since the machine was asked for stays. */
  succeeded(offering: Offering, now: number): void {
    this.#streaks.delete(offeringKey(offering));
    this.#drop(this.#covering(offering).filter(({ until }) => until <= now));
  }

  /** What is closed now, the first to open first. */
  unavailable(now: number): readonly Unavailable[] {
    return [...this.#entries.values()]
      .filter(({ until }) => until > now)
      .toSorted((a, b) => a.until - b.until)
      .map(({ scope: { instanceType, zone, capacityType }, until, reason, said }) => ({
        instanceType,
        zone,
        capacityType,
        until,
        reason,
        said,
      }));
  }

  #covering(offering: Offering): readonly Entry[] {
    return scopeKeys(offering).flatMap(key => {
      const entry = this.#entries.get(key);
      return entry && offering.type.vcpus >= entry.scope.fromVcpus ? [entry] : [];
    });
  }

  #closures(offering: Offering, fault: OfferingFault, now: number): readonly Closure[] {
    if (fault.kind !== 'node' && fault.kind !== 'unknown') return closuresOf(offering, fault, this.#options.lifetimes);
    const key = offeringKey(offering);
    const count = (this.#streaks.get(key)?.count ?? 0) + 1;
    this.#streaks.set(key, { count, at: now });
    const [scope] = exactly(offering);
    return count < STREAK.length ? [] : [{ scope, reason: 'RepeatedFailures', ms: STREAK.ms }];
  }

  /** One more failure of the same group never shortens what an earlier one said, nor narrows it. */
  #close({ scope, reason, ms }: Closure, { kind, code, message }: OfferingFault, now: number): void {
    const said = message.includes(code) ? message : `${message} (${code})`;
    const known = this.#entries.get(scope.key);
    const entry: Entry = { scope, kind, reason, ms, said, until: now + ms };
    const fromVcpus = Math.min(scope.fromVcpus, known?.scope.fromVcpus ?? scope.fromVcpus);
    const longer = known && known.until > entry.until ? known : entry;
    this.#set({ ...longer, scope: { ...longer.scope, fromVcpus } });
  }

  #set(entry: Entry): void {
    this.#entries.set(entry.scope.key, entry);
  }

  #drop(recovered: readonly Entry[]): void {
    for (const { scope } of recovered) this.#entries.delete(scope.key);
    if (recovered.length > 0 && this.#running) this.#onRecovery();
  }

  #release(uid: string, which: (entry: Entry) => boolean): void {
    const probed = [...this.#entries.values()].filter(entry => entry.probe?.uid === uid && which(entry));
    for (const entry of probed) {
      const next = (entry.probe?.at ?? 0) + Math.min(PROBE_SPACING_MS, entry.ms);
      this.#set({ ...withoutProbe(entry), until: Math.max(entry.until, next) });
    }
    if (probed.length > 0) this.#watch();
  }

  #forget(now: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.until + FORGET_MS < now && !isProbed(entry, now)) this.#entries.delete(key);
    }
    for (const [key, { at }] of this.#streaks) if (at + FORGET_MS < now) this.#streaks.delete(key);
  }

  /** One timer, for the earliest end of a lifetime. */
  #watch(): void {
    this.#timer?.cancel();
    const now = this.#options.clock.monotonic();
    const [next] = this.unavailable(now);
    if (!this.#running || !next) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      // A timer may come early: a wait may be longer than timers can be.
      const over = this.#options.clock.monotonic() >= next.until;
      this.#watch();
      if (over) this.#onRecovery();
    }, next.until - now);
  }
}

function isProbed({ probe }: Entry, now: number): boolean {
  return probe !== undefined && now - probe.at < PROBE_PATIENCE_MS;
}

function withoutProbe({ scope, kind, reason, said, ms, until }: Entry): Entry {
  return { scope, kind, reason, said, ms, until };
}

function causeOf({ reason, said }: Entry): Cause {
  return { reason, said };
}
