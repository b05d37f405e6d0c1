import { isTrue, workspaces } from '@kaito/crds';
import { startLocalStack } from '@kaito/local-stack';
import { aWorkspace } from '@kaito/testing';
import { AZURE } from '../measure/bench.ts';
import type { MeasureOptions } from '../measure/bench.ts';
import { firstUnmet } from '../measure/first-unmet.ts';
import { measure } from '../measure/measure.ts';
import type { Measurement } from '../measure/measurements.ts';
import { NodeTimes } from '../measure/node-times.ts';
import { ObjectWatch } from '../measure/object-watch.ts';
import { uncovered } from '../measure/spans.ts';
import { WorkloadTimes } from './workload-times.ts';

const namespace = 'default';

/**
 * Makes so many workspaces at once, each of one small model on one node, on a stack of their own with both controllers; then idles,
 * restarts both, and deletes them all. A workspace counts as ready when its InferenceReady is True.
 * @throws when a step takes longer than `timeoutMs`, with what the workspaces say.
 */
export async function measureWorkspaces(options: MeasureOptions): Promise<Measurement> {
  const { count, timeoutMs, signal } = options;
  options.onStep('starting the stack');
  const withoutLease = { LEADER_ELECT: 'false' };
  await using stack = await startLocalStack({
    emulator: { timings: AZURE, poolCap: 10_000 },
    env: { provisioner: withoutLease, workspace: withoutLease },
    signal,
  });
  const { client, apps } = stack;
  const names = Array.from({ length: count }, (_, number) => `w${number}`);
  const nodeTimes = new NodeTimes();
  const workloadTimes = new WorkloadTimes();
  using watch = await ObjectWatch.start({
    client,
    resources: [workspaces],
    isReady: workspace => isTrue(workspace, 'InferenceReady'),
    explain: firstUnmet,
    also: count === 1 ? [nodeTimes.listener, ...workloadTimes.listeners] : [],
    signal,
  });
  return await measure(
    { stack, apps: [apps.provisioner, apps.workspace], names, watch, timeoutMs, signal },
    {
      noun: 'workspace',
      make: async name => {
        const labelSelector = { matchLabels: { apps: name } };
        const workspace = aWorkspace({ metadata: { name, namespace }, resource: { labelSelector } });
        await client.create(workspaces, workspace, { signal });
      },
      unmake: name => client.delete(workspaces, { name, namespace }, { signal }),
      ownMs: (start, name) =>
        uncovered({ start, end: watch.readyAt.get(name) ?? Infinity }, [
          ...nodeTimes.since(AZURE.nodeRegisterMs),
          ...workloadTimes.spans,
        ]),
    },
    options,
  );
}
