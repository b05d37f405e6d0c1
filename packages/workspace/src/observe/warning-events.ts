import { events, keyOf, type Client, type Clock, type CoreEvent, type Logger } from '@kaito/kube';
import type { Workspace } from '@kaito/crds';
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

interface Answer {
  readonly at: number;
  readonly warnings: readonly ObservedWarning[];
}

export interface WarningEventsOptions {
  readonly client: Pick<Client, 'list'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reads Warning Events on demand: a watch on all Events of a cluster would cost more than everything else together. */
export class WarningEvents {
  readonly #options: WarningEventsOptions;
  readonly #answers = new Map<string, Answer>();

  constructor(options: WarningEventsOptions) {
    this.#options = options;
  }

  /**
   * The newest Warning Events about some objects of a workspace, from memory while the last answer holds. Events that cannot be read
   * count as none: they would only have told more. @throws the signal's reason
   */
  async of(
    workspace: Workspace,
    sources: readonly WarningSource[],
    signal: AbortSignal,
  ): Promise<readonly ObservedWarning[]> {
    if (sources.length === 0) return [];
    const { clock, logger } = this.#options;
    const id = [keyOf(workspace), ...sources.map(({ uid }) => uid)].join(' ');
    this.#forget(clock.monotonic());
    const known = this.#answers.get(id);
    if (known) return known.warnings;
    let warnings: readonly ObservedWarning[] = [];
    try {
      const found = await Promise.all(sources.map(source => this.#list(source, signal)));
      warnings = newest(found.flat(), clock.now());
    } catch (error) {
      signal.throwIfAborted();
      logger.info('Cannot read events', { workspace: keyOf(workspace), error });
    }
    this.#answers.delete(id);
    this.#answers.set(id, { at: clock.monotonic(), warnings });
    return warnings;
  }

  async #list({ uid, namespace }: WarningSource, signal: AbortSignal): Promise<readonly CoreEvent[]> {
    const fieldSelector = `involvedObject.uid=${uid},type=Warning`;
    return (await this.#options.client.list(events, { namespace, fieldSelector, signal })).items;
  }

  /** Answers stand in the order in which they came. */
  #forget(now: number): void {
    for (const [id, { at }] of this.#answers) {
      if (now - at < warningsHoldMs) break;
      this.#answers.delete(id);
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
