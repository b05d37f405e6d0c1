import { isTrue, machines, nodeClaims } from '@kaito/crds';
import type { Machine, NodeClaim } from '@kaito/crds';
import type { Resource } from '@kaito/kube';
import { startLocalStack } from '@kaito/local-stack';
import { aMachine, aNodeClaim } from '@kaito/testing';
import { AZURE } from '../measure/bench.ts';
import type { MeasureOptions } from '../measure/bench.ts';
import { firstUnmet } from '../measure/first-unmet.ts';
import { measure } from '../measure/measure.ts';
import type { Measurement } from '../measure/measurements.ts';
import { NodeTimes } from '../measure/node-times.ts';
import { ObjectWatch } from '../measure/object-watch.ts';
import { uncovered } from '../measure/spans.ts';

const resources: readonly Resource<Machine | NodeClaim>[] = [machines, nodeClaims];

/**
 * Makes so many claims at once, half of each kind, on a stack of their own; then idles, restarts the provisioner, and deletes
 * them all.
 * @throws when a step takes longer than `timeoutMs`, with what the claims say.
 */
export async function measureClaims(options: MeasureOptions): Promise<Measurement> {
  const { count, timeoutMs, signal } = options;
  options.onStep('starting the stack');
  await using stack = await startLocalStack({
    components: { workspace: false },
    emulator: { timings: AZURE, poolCap: 10_000 },
    env: { provisioner: { LEADER_ELECT: 'false' } },
    signal,
  });
  const { client, apps } = stack;
  await apps.provisioner.ready(signal);
  const names = Array.from({ length: count }, (_, number) => `c${number}`);
  const nodeTimes = new NodeTimes();
  using watch = await ObjectWatch.start({
    client,
    resources,
    isReady: claim => isTrue(claim, 'Ready'),
    explain: firstUnmet,
    also: count === 1 ? [nodeTimes.listener] : [],
    signal,
  });
  return await measure(
    { stack, apps: [apps.provisioner], names, watch, timeoutMs, signal },
    {
      noun: 'claim',
      make: async name => {
        const metadata = { name };
        await (isMachine(name)
          ? client.create(machines, aMachine({ metadata }), { signal })
          : client.create(nodeClaims, aNodeClaim({ metadata }), { signal }));
      },
      unmake: name => client.delete(isMachine(name) ? machines : nodeClaims, { name }, { signal }),
      ownMs: (start, name) =>
        uncovered({ start, end: watch.readyAt.get(name) ?? Infinity }, nodeTimes.since(AZURE.nodeRegisterMs)),
    },
    options,
  );
}

function isMachine(name: string): boolean {
  return Number(name.slice(1)) % 2 === 0;
}
