import { describeShortage } from './shortage.ts';

const shortage = {
  counter: 'standardNCADSA100v4Family',
  displayName: 'Standard NCADS_A100_v4 Family vCPUs',
  needed: 24,
  free: 10,
  limit: 40,
  limitNeeded: 54,
};

test('says what is needed, what there is, what to ask for and where', () => {
  expect(describeShortage(shortage, 'East US')).toBe(
    'needs 24 cores of standardNCADSA100v4Family (Standard NCADS_A100_v4 Family vCPUs) in eastus, 10 of 40 are free; ask for a limit of at least 54 on the Quotas page of the Azure portal or with az quota update, or free cores; to see the usage: az vm list-usage --location eastus -o table',
  );
});

test('asks for no higher limit while the counters may still show enough', () => {
  const told = describeShortage({ ...shortage, limitNeeded: 40 }, 'eastus');
  expect(told).toContain('10 of 40 are free by what is known while agent pools come and go');
  expect(told).not.toContain('ask for');
});

test('a full cluster needs no quota but room', () => {
  const full = { counter: 'agentPools', displayName: '', needed: 1, free: 0, limit: 100, limitNeeded: 101 };
  expect(describeShortage(full, 'eastus')).toBe(
    'the cluster has 100 of 100 agent pools, and AKS takes no more; delete some that are not needed, or use another cluster',
  );
});
