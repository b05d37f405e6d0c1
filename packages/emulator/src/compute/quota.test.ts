import { Quota } from './quota.ts';
import { findVmSize } from './vm-sizes.ts';

const size = findVmSize('Standard_NC6s_v3')!;

it('counters that lag show what was in use then, up and down; admission knows better', () => {
  let now = 1000;
  const quota = new Quota({ limits: () => ({ standardNCSv3Family: 12 }), location: 'eastus', now: () => now });
  const shown = (): number => quota.usedBefore(500)('standardNCSv3Family');
  quota.add({ size, machines: 2, spot: false });
  expect([shown(), quota.used('standardNCSv3Family')]).toEqual([0, 12]);
  expect(() => quota.check({ size, machines: 1, spot: false })).toThrow('requested 6, remaining 0');
  now = 1499;
  expect(shown()).toBe(0);
  now = 1500;
  expect(shown()).toBe(12);
  quota.add({ size, machines: -1, spot: false });
  expect([shown(), quota.used('standardNCSv3Family')]).toEqual([12, 6]);
  expect(quota.usedBefore(0)('standardNCSv3Family')).toBe(6);
  now = 2000;
  expect(shown()).toBe(6);
});

it('counters stay right over a long run', () => {
  let now = 0;
  const quota = new Quota({ limits: () => ({}), location: 'eastus', now: () => now });
  for (let hour = 0; hour < 48; hour += 1) {
    now = hour * 3_600_000;
    quota.add({ size, machines: 1, spot: true });
    expect(quota.usedBefore(1)('lowPriorityCores')).toBe(hour * 6);
  }
  expect(quota.usedBefore(0)('lowPriorityCores')).toBe(48 * 6);
  expect(quota.usedBefore(0)('cores')).toBe(0);
});
