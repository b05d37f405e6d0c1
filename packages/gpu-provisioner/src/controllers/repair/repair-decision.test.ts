import type { Node } from '@kaito/kube';
import { anAgentPool } from '../../testing/stand-ins.ts';
import { excuseOf } from '../../pools/pool-excuse.ts';
import { ailmentsOf, decideRepair } from './repair-decision.ts';
import { repairPolicies } from './repair-policies.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const terms = { tolerationMs: 600_000, maxPercent: 20, drainTimeoutMs: undefined };

function aNodeWith(type: string, status: string, agoMs: number): Node {
  const lastTransitionTime = new Date(NOW - agoMs).toISOString();
  return { metadata: { name: 'n' }, status: { conditions: [{ type, status, lastTransitionTime }] } };
}

function decide(node: Node, fleet = { total: 10, unhealthy: 1 }, patientSince = 0) {
  return decideRepair(node, fleet, terms, { now: NOW, patientSince });
}

describe.each(repairPolicies)('$condition=$status', ({ condition, status }) => {
  test('toleration not elapsed', () => {
    expect(decide(aNodeWith(condition, status, 599_000))).toEqual({ do: 'wait', ms: 1000 });
  });

  test('elapsed', () => {
    expect(decide(aNodeWith(condition, status, 600_000))).toMatchObject({
      do: 'repair',
      ailment: { condition, status },
    });
  });
});

test.each([
  ['Ready', 'True'],
  ['GPUMissing', 'False'],
  ['GPUMissing', 'Unknown'],
  ['kubernetes.azure.com/NodeHealthy', 'True'],
  ['kubernetes.azure.com/NodeHealthy', 'Unknown'],
  ['MemoryPressure', 'True'],
  ['UnhealthyNvidiaDCGMServices', 'True'],
])('%s=%s is nothing to repair', (type, status) => {
  expect(decide(aNodeWith(type, status, 1e9))).toEqual({ do: 'nothing' });
});

test('of several ailments the oldest counts', () => {
  const conditions = [aNodeWith('Ready', 'False', 60_000), aNodeWith('XIDErrors', 'True', 700_000)];
  const node: Node = {
    metadata: { name: 'n' },
    status: { conditions: conditions.flatMap(({ status }) => status?.conditions ?? []) },
  };
  expect(ailmentsOf(node).map(({ condition }) => condition)).toEqual(['XIDErrors', 'Ready']);
  expect(decide(node)).toMatchObject({ do: 'repair', ailment: { condition: 'XIDErrors' } });
});

test('a condition without a time counts since somebody looks', () => {
  const node: Node = { metadata: { name: 'n' }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } };
  expect(decide(node, undefined, NOW - 1000)).toEqual({ do: 'wait', ms: 599_000 });
});

test('what a condition says of the time before an outage ended does not count', () => {
  expect(decide(aNodeWith('Ready', 'Unknown', 1e9), undefined, NOW - 60_000)).toEqual({ do: 'wait', ms: 540_000 });
});

test.each([
  { total: 1, unhealthy: 1, does: 'repair' },
  { total: 2, unhealthy: 1, does: 'repair' },
  { total: 2, unhealthy: 2, does: 'block' },
  { total: 5, unhealthy: 1, does: 'repair' },
  { total: 5, unhealthy: 2, does: 'block' },
  { total: 10, unhealthy: 2, does: 'repair' },
  { total: 10, unhealthy: 3, does: 'block' },
])('> 20 % blocked: $unhealthy of $total unhealthy → $does', ({ does, ...fleet }) => {
  expect(decide(aNodeWith('Ready', 'False', 1e6), fleet).do).toBe(does);
});

test('a block tells when the repair would be due', () => {
  const fleet = { total: 2, unhealthy: 2 };
  expect(decide(aNodeWith('Ready', 'False', 1e6), fleet)).toMatchObject({ dueInMs: 0, allowed: 1 });
  expect(decide(aNodeWith('Ready', 'False', 1000), fleet)).toMatchObject({ dueInMs: 599_000 });
});

test('a share of nothing repairs nothing', () => {
  const off = { ...terms, maxPercent: 0 };
  const node = aNodeWith('Ready', 'False', 1e6);
  expect(decideRepair(node, { total: 1, unhealthy: 1 }, off, { now: NOW, patientSince: 0 }).do).toBe('block');
});

test.each([
  [undefined, undefined],
  [anAgentPool('p'), undefined],
  [anAgentPool('p', { provisioningState: 'Failed' }), undefined],
  [anAgentPool('p', { provisioningState: 'Upgrading' }), 'agent pool p is Upgrading'],
  [anAgentPool('p', { powerState: 'Stopped' }), 'agent pool p is stopped'],
])('a pool may excuse its machine', (pool, excuse) => {
  expect(excuseOf(pool)).toBe(excuse);
});
