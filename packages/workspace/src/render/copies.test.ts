import { execFileSync } from 'node:child_process';
import type { Pod } from '@kaito/kube';
import { aPod } from '@kaito/testing';
import { unmarkedLeaders } from './copies.ts';
import { aMultiNodePlan, anInput } from './plans.test-data.ts';
import type { Container } from './pod-parts.ts';
import { renderWorkload } from './workload.ts';

/** Two copies of two pods each. */
const plan = aMultiNodePlan({
  nodes: { count: 4 },
  server: { replicas: 4, command: ['echo', 'lead'], workerCommand: ['echo', "it's", 'work'] },
});

function container(): Container | undefined {
  return renderWorkload(anInput(plan)).statefulSet.spec?.template.spec?.containers[0];
}

/** Runs what a pod of the index would run, with `python3` being `echo`. */
function run(command: readonly string[] | undefined, index: number): string {
  const [program = '', ...words] = (command ?? []).map(word => word.replace('python3', 'echo "$POD_INDEX"'));
  return execFileSync(program, words, { env: { PATH: process.env['PATH'], POD_INDEX: String(index) } })
    .toString()
    .trim();
}

const addressOf = (index: number): string => `a-workspace-${index}.a-workspace-headless.default.svc`;

function podOf(index: number, labels: Readonly<Record<string, string>> = {}): Pod {
  const name = `p-${index}`;
  return aPod({ metadata: { name, labels: { 'apps.kubernetes.io/pod-index': String(index), ...labels } } });
}

describe('several copies of several pods', () => {
  it('are each led by their first pod', () => {
    expect([0, 1, 2, 3].map(index => run(container()?.command, index))).toEqual([
      'lead',
      "it's work",
      'lead',
      "it's work",
    ]);
  });

  it('are each asked at their own first pod how they are', () => {
    const command = container()?.readinessProbe?.exec?.command;
    const leaders = [0, 1, 2, 3].map(index => /--leader-address=(\S+)/.exec(run(command, index))?.[1]);
    expect(leaders).toEqual([0, 0, 2, 2].map(addressOf));
    const script = command?.at(-1) ?? '';
    expect(script).toMatch(/^exec env POD_INDEX="\$\(\(POD_INDEX % 2\)\)" python3 \/workspace\/vllm/);
  });

  it('are reached by a label that their first pods get', () => {
    const [service] = renderWorkload(anInput(plan)).services;
    expect(service?.spec?.selector).toEqual({
      'kaito.sh/workspace': 'a-workspace',
      'kaito.sh/first-of-copy': 'true',
    });
    const going = aPod({ metadata: { name: 'going', deletionTimestamp: '2026-01-01T00:00:00Z' } });
    const pods = [podOf(0, { 'kaito.sh/first-of-copy': 'true' }), podOf(1), podOf(2), podOf(3), going];
    expect(unmarkedLeaders(pods, plan.server).map(({ metadata }) => metadata.name)).toEqual(['p-2']);
    expect(unmarkedLeaders(pods, aMultiNodePlan().server)).toEqual([]);
  });
});
