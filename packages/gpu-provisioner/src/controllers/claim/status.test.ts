import { aGpuNode, aMachine, aNodeClaim } from '@kaito/testing';
import type { Progress } from '../../claims/claim.ts';
import { machineDialect } from '../../claims/machine.ts';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
import { statusOf } from './status.ts';
import { turnsOf } from './turns.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const done = { state: 'done' } as const;
const unchanged = { state: 'unchanged' } as const;
const ready: Progress = { launched: done, registered: done, initialized: done };
const IMAGE = 'AKSUbuntu-2204gen2containerd-2026';
const node = aGpuNode('m', { metadata: { labels: { 'kubernetes.azure.com/node-image-version': IMAGE } } });
const nodeClaim = nodeClaimDialect.view(aNodeClaim());

test('the status says where the machine is and what it has', () => {
  expect(statusOf(nodeClaim, nodeClaimDialect, { progress: ready, node }, NOW)).toMatchObject({
    nodeName: node.metadata.name,
    providerID: node.spec?.providerID,
    imageID: IMAGE,
    capacity: node.status?.capacity,
    allocatable: node.status?.allocatable,
  });
});

test('a Machine has no imageID', () => {
  const machine = machineDialect.view(aMachine());
  expect(statusOf(machine, machineDialect, { progress: ready, node }, NOW)).not.toHaveProperty('imageID');
});

test('what a pass does not see stays', () => {
  const before = statusOf(nodeClaim, nodeClaimDialect, { progress: ready, node }, NOW);
  const claim = { ...nodeClaim, status: before };
  const progress = { launched: unchanged, registered: unchanged, initialized: unchanged };
  expect(statusOf(claim, nodeClaimDialect, { progress }, NOW + 60_000)).toEqual(before);
});

test('each phase is told once, in order', () => {
  const after = statusOf(nodeClaim, nodeClaimDialect, { progress: ready, node }, NOW);
  const types = nodeClaimDialect.conditionTypes;
  expect(turnsOf(nodeClaim, after, types).map(({ event }) => event.reason)).toEqual([
    'Launched',
    'Registered',
    'Initialized',
  ]);
  expect(turnsOf({ ...nodeClaim, status: after }, after, types)).toEqual([]);
});
