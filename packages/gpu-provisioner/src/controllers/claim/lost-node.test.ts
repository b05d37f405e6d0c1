import { finalizers } from '@kaito/crds';
import { aGpuNode, aMachine } from '@kaito/testing';
import { anAgentPool } from '../../testing/stand-ins.ts';
import { lossExcusedBy, wentUnheld } from './lost-node.ts';

const claim = aMachine({ metadata: { creationTimestamp: '2026-07-29T10:00:00Z' } });
const node = (metadata: object) =>
  aGpuNode('m', { metadata: { creationTimestamp: '2026-07-29T10:01:00Z', ...metadata } });

test('a node that nothing held up is lost; one that was on its way out, or is older than the claim, is not', () => {
  expect(wentUnheld(node({}), claim)).toBe(true);
  expect(wentUnheld(node({ finalizers: [finalizers.termination] }), claim)).toBe(true);
  expect(wentUnheld(node({ deletionTimestamp: '2026-07-29T10:02:00Z' }), claim)).toBe(false);
  expect(wentUnheld(node({ creationTimestamp: '2026-07-29T09:59:00Z' }), claim)).toBe(false);
});

test.each([
  ['Succeeded', undefined],
  ['Creating', undefined],
  ['Failed', 'agent pool m is Failed'],
  ['Deleting', 'agent pool m is Deleting'],
  ['UpgradingNodeImageVersion', 'agent pool m is UpgradingNodeImageVersion'],
])('in a pool that is %s, the loss is excused by: %s', (provisioningState, excuse) => {
  expect(lossExcusedBy(anAgentPool('m', { provisioningState }))).toBe(excuse);
});

test('a pool that is gone, or stopped, excuses it', () => {
  expect(lossExcusedBy(undefined)).toBe('its agent pool is gone');
  expect(lossExcusedBy(anAgentPool('m', { powerState: 'Stopped' }))).toBe('agent pool m is stopped');
});
