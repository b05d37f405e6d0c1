import { events, type Client, type Clock, type CoreEvent, type Logger } from '@kaito/kube';
import type { ObservedWarning } from '../observed.ts';
import type { WarningSource } from '../status/warning-sources.ts';

/** How long an answer holds, in milliseconds; nobody tells when there are new Events. */
export const warningsHoldMs = 15_000;
/**
 * What was said longer ago, in milliseconds, no longer counts. Whoever fails tries again, at the latest after 1,000 s
 * (kubernetes/client-go, util/workqueue, DefaultControllerRateLimiter), and says it again.
 */
const maxAgeMs = 20 * 60_000;
/** Of one workspace; the newest count. */
const maxWarnings = 10;

type ByObject = ReadonlyMap<string, readonly CoreEvent[]>;

/** The Warning Events of one namespace, or the request for them. */
interface Answer {
  readonly at: number;
  readonly warnings: Promise<ByObject>;
}

export interface WarningEventsOptions {
  readonly client: Pick<Client, 'list'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Reads Warning Events on demand: a watch on all Events of a cluster would cost more than everything else together. The API server
 * goes through all Events of a namespace whoever is asked about, so one answer serves all workspaces of the namespace.
 */
export class WarningEvents {
  readonly #options: WarningEventsOptions;
  /** By namespace, in the order in which they were asked for. */
  readonly #answers = new Map<string, Answer>();

  constructor(options: WarningEventsOptions) {
    this.#options = options;
  }

  /**
   * The newest Warning Events about some objects of a workspace, from memory while the last answer holds. Events that cannot be read
   * count as none: they would only have told more. @throws the signal's reason
   */
  async of(sources: readonly WarningSource[], signal: AbortSignal): Promise<readonly ObservedWarning[]> {
    this.#forget(this.#options.clock.monotonic());
    const found = await Promise.all(
      sources.map(async ({ uid, namespace }) => (await this.#inNamespace(namespace, signal)).get(uid) ?? []),
    );
    signal.throwIfAborted();
    return newest(found.flat(), this.#options.clock.now());
  }

  #inNamespace(namespace: string, signal: AbortSignal): Promise<ByObject> {
    const known = this.#answers.get(namespace);
    if (known) return known.warnings;
    const warnings = this.#list(namespace, signal);
    this.#answers.set(namespace, { at: this.#options.clock.monotonic(), warnings });
    return warnings;
  }

  /** Never rejects. */
  async #list(namespace: string, signal: AbortSignal): Promise<ByObject> {
    const { client, logger } = this.#options;
    try {
      const { items } = await client.list(events, { namespace, fieldSelector: 'type=Warning', signal });
      return Map.groupBy(items, ({ involvedObject }) => involvedObject.uid ?? '');
    } catch (error) {
      if (!signal.aborted) logger.info('Cannot read events', { namespace, error });
      return new Map();
    }
  }

  #forget(now: number): void {
    for (const [namespace, { at }] of this.#answers) {
      if (now - at < warningsHoldMs) break;
      this.#answers.delete(namespace);
    }
  }
}

function newest(found: readonly CoreEvent[], now: number): readonly ObservedWarning[] {
  return found
    .filter(event => now - lastSeen(event) < maxAgeMs)
    .toSorted((a, b) => lastSeen(b) - lastSeen(a))
    .slice(0, maxWarnings)
    .map(({ reason = '', message = '' }) => ({ reason, message }));
}

/** Events come in two forms, by the API that they were written with (core/v1 and events.k8s.io/v1). */
function lastSeen({ series, lastTimestamp, eventTime, metadata }: CoreEvent): number {
  const time = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return Date.parse(time ?? '') || 0;
}
