import { createMetrics } from '@kaito/kube';
import { FakeClock } from '@kaito/testing';
import { OfferingMemory } from './offering-memory.ts';
import { OfferingMetrics } from './offering-metrics.ts';
import { anOffering } from './stand-ins.ts';

const HOUR = 3_600_000;
const lifetimes = { capacityMs: HOUR, quotaMs: HOUR, skuMs: HOUR };
const full = { kind: 'capacity', code: 'AllocationFailed', message: 'no room' } as const;

test('shows what is closed for as long as it is, and counts what failed', async () => {
  const clock = new FakeClock();
  const memory = new OfferingMemory({ lifetimes, clock });
  const registry = createMetrics({ processMetrics: false });
  const metrics = new OfferingMetrics(registry, memory, clock);
  const offering = anOffering({ zone: '1' });
  memory.failed(offering, { ...full, code: 'ZonalAllocationFailed' }, 0);
  metrics.failed(offering, full.kind);
  metrics.failed(anOffering(), 'throttled');
  const text = await registry.text();
  expect(text).toContain(
    'kaito_offerings_unavailable{instance_type="Standard_NC24ads_A100_v4",zone="1",capacity_type="on-demand",reason="ZonalAllocationFailure"} 1',
  );
  expect(text).toContain(
    'kaito_offering_failures_total{instance_type="Standard_NC24ads_A100_v4",zone="1",capacity_type="on-demand",kind="capacity"} 1',
  );
  expect(text).toContain('zone="any",capacity_type="on-demand",kind="throttled"} 1');
  await clock.advance(HOUR);
  expect(await registry.text()).not.toContain('kaito_offerings_unavailable{');
});
