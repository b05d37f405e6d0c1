import { fallbackInstanceTypes } from './fallback-instance-types.ts';

test('knows the numbers of a GPU size without asking Azure', () => {
  expect(fallbackInstanceTypes.get('standard_nc24ads_a100_v4')).toEqual({
    name: 'Standard_NC24ads_A100_v4',
    family: 'StandardNCADSA100v4Family',
    vcpus: 24,
    memoryGiB: 220,
    gpus: 1,
    architecture: 'amd64',
    zones: ['1', '2', '3'],
    spotCapable: true,
  });
});

test('knows sizes without GPUs too', () => {
  expect(fallbackInstanceTypes.get('standard_d2s_v5')).toMatchObject({ family: 'standardDSv5Family', gpus: 0 });
});

test('every size of the table has its cores, memory and quota counter', () => {
  const bare = [...fallbackInstanceTypes.values()].filter(
    ({ family, vcpus, memoryGiB }) => !family || !vcpus || !memoryGiB,
  );
  expect(bare.map(({ name }) => name)).toEqual([]);
});
