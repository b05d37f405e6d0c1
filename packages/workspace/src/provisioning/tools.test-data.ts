import type { Clock, EventRecorder, Logger, RecordedEvent } from '@kaito/kube';
import type { ProvisioningTools } from './provisioning.ts';
import type { MemoryClient } from './memory-client.test-data.ts';

const quiet: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => quiet };

/** Tools over a client in memory, and the events that were recorded with them. */
export function toolsFor(
  { client }: MemoryClient,
  clock: Clock,
): { readonly tools: ProvisioningTools; readonly events: readonly RecordedEvent[] } {
  const events: RecordedEvent[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is called
  const recorder = {
    record: (_: unknown, event: RecordedEvent) => void events.push(event),
  } as unknown as EventRecorder;
  return { tools: { client, clock, events: recorder, logger: quiet, signal: new AbortController().signal }, events };
}

function nothing(): void {}
