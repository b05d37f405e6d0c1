import type { VmSize } from '@kaito/azure';
import { FakeClock } from '@kaito/testing';
import { quiet } from '../testing/stand-ins.ts';
import { InstanceTypeCatalogue } from './instance-type-catalogue.ts';

function aSize(name: string, parts: Partial<VmSize> = {}): VmSize {
  const base = { family: 'f', vcpus: 6, memoryGiB: 112, gpus: 1, spotCapable: true, zones: [], restrictions: [] };
  return { name, ...base, capabilities: {}, ...parts };
}

function setUp(sizes: readonly VmSize[]) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const azure = { failing: false, reads: 0, sizes };
  const list = (): Promise<readonly VmSize[]> => {
    azure.reads += 1;
    return azure.failing ? Promise.reject(new Error('down')) : Promise.resolve(azure.sizes);
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
  expect(catalogue.lookup('Standard_NC7')).toEqual({ found: 'no', why: 'not offered in eastus' });
  await end(running);
});

test('a size that the whole location denies to the subscription is not offered; one denied in a zone is', async () => {
  const reason = 'NotAvailableForSubscription';
  const sizes = [
    aSize('A', { restrictions: [{ type: 'Location', reason, zones: [] }] }),
    aSize('B', { zones: ['1', '2', '3'], restrictions: [{ type: 'Zone', reason, zones: ['1', '3'] }] }),
  ];
  const { clock, catalogue, start, end } = setUp(sizes);
  const running = start();
  await clock.advance(0);
  const why = 'restricted for this subscription (NotAvailableForSubscription)';
  expect(catalogue.lookup('a')).toEqual({ found: 'no', why });
  expect(catalogue.lookup('B')).toMatchObject({ found: 'yes', type: { zones: ['2'] } });
  expect(catalogue.all().map(({ name }) => name)).toEqual(['B']);
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
  expect([catalogue.settled, catalogue.read, catalogue.lookup('A').found]).toEqual([true, false, 'unread']);
  expect(catalogue.lookup('standard_nc6S_v3')).toMatchObject({
    found: 'yes',
    type: { name: 'Standard_NC6s_v3', gpus: 1 },
  });
  expect(catalogue.all()).toEqual([]);
  azure.failing = false;
  await clock.advance(5000);
  expect([settled, azure.reads, catalogue.lookup('A').found]).toEqual([1, 2, 'yes']);
  expect(catalogue.lookup('Standard_NC6s_v3').found).toBe('no');
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

test('says when a later reading has changed, and only then', async () => {
  const { clock, azure, catalogue, start, end } = setUp([aSize('A'), aSize('B')]);
  let changes = 0;
  catalogue.onChange(() => {
    changes += 1;
  });
  const running = start();
  await clock.advance(0);
  azure.sizes = [aSize('B'), aSize('A')];
  await clock.advance(6 * 3_600_000);
  expect([azure.reads, changes]).toEqual([2, 0]);
  azure.sizes = [aSize('A'), aSize('B'), aSize('C')];
  await clock.advance(6 * 3_600_000);
  expect([azure.reads, changes, catalogue.lookup('C').found]).toEqual([3, 1, 'yes']);
  await end(running);
});

test('the first list that comes after a failure is a change', async () => {
  const { clock, azure, catalogue, start, end } = setUp([aSize('A')]);
  let changes = 0;
  catalogue.onChange(() => {
    changes += 1;
  });
  azure.failing = true;
  const running = start();
  await clock.advance(0);
  azure.failing = false;
  await clock.advance(5000);
  expect(changes).toBe(1);
  await end(running);
});
