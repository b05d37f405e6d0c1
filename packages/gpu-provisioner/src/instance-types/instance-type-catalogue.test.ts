import type { VmSize } from '@kaito/azure';
import { FakeClock } from '@kaito/testing';
import { quiet } from '../testing/stand-ins.ts';
import { hasGpus } from './instance-type.ts';
import { InstanceTypeCatalogue } from './instance-type-catalogue.ts';

function aSize(name: string, parts: Partial<VmSize> = {}): VmSize {
  const base = { family: 'f', vcpus: 6, memoryGiB: 112, gpus: 1, spotCapable: true, zones: [], restrictions: [] };
  return { name, ...base, capabilities: {}, ...parts };
}

function setUp(sizes: readonly VmSize[]) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const azure = { failing: false, reads: 0 };
  const list = (): Promise<readonly VmSize[]> => {
    azure.reads += 1;
    return azure.failing ? Promise.reject(new Error('down')) : Promise.resolve(sizes);
  };
  const catalogue = new InstanceTypeCatalogue({ skus: { list }, location: 'eastus', clock, logger: quiet });
  const end = async (running: Promise<void>): Promise<void> => {
    stop.abort();
    await running;
  };
  return { clock, azure, catalogue, start: () => catalogue.start(stop.signal), end };
}

test('knows the sizes of the location, whatever the case of the name', async () => {
  const { clock, catalogue, start, end } = setUp([aSize('Standard_NC6s_v3', { architecture: 'x64' })]);
  const running = start();
  await clock.advance(0);
  expect(catalogue.lookup('standard_nc6S_V3')).toMatchObject({
    found: 'yes',
    type: { name: 'Standard_NC6s_v3', gpus: 1, architecture: 'amd64' },
  });
  expect(catalogue.lookup('Standard_NC7')).toEqual({ found: 'no' });
  await end(running);
});

test('a size that the whole location denies to the subscription is not offered; one denied in a zone is', async () => {
  const denied = { reason: 'NotAvailableForSubscription', zones: [] };
  const sizes = [
    aSize('A', { restrictions: [{ type: 'Location', ...denied }] }),
    aSize('B', { restrictions: [{ type: 'Zone', ...denied }] }),
  ];
  const { clock, catalogue, start, end } = setUp(sizes);
  const running = start();
  await clock.advance(0);
  expect([catalogue.lookup('A').found, catalogue.lookup('B').found]).toEqual(['no', 'yes']);
  await end(running);
});

test('fails open, says once that the first attempt is over, and tries again', async () => {
  const { clock, azure, catalogue, start, end } = setUp([aSize('A')]);
  let settled = 0;
  catalogue.onSettled(() => {
    settled += 1;
  });
  azure.failing = true;
  const running = start();
  await clock.advance(0);
  expect([catalogue.settled, catalogue.lookup('A').found]).toEqual([true, 'unread']);
  azure.failing = false;
  await clock.advance(5000);
  expect([settled, azure.reads, catalogue.lookup('A').found]).toEqual([1, 2, 'yes']);
  await end(running);
});

test('keeps what it knows when a later reading fails, and reads again only after hours', async () => {
  const { clock, azure, catalogue, start, end } = setUp([aSize('A')]);
  const running = start();
  await clock.advance(6 * 3_600_000 - 1);
  expect(azure.reads).toBe(1);
  azure.failing = true;
  await clock.advance(1);
  expect([azure.reads, catalogue.lookup('A').found]).toEqual([2, 'yes']);
  await end(running);
  expect(clock.pending).toEqual([]);
});

test.each([
  ['Standard_NC24ads_A100_v4', true],
  ['Standard_D4s_v5', false],
])('without the list, the name %s tells whether there are GPUs: %s', (name, gpus) => {
  expect(hasGpus(name, { found: 'unread' })).toBe(gpus);
});
