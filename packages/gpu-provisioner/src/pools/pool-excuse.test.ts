import { anAgentPool } from '../testing/stand-ins.ts';
import { excuseOf, takenAwayBy } from './pool-excuse.ts';

test.each([
  [{ provisioningState: 'Succeeded' }, false, false],
  [{ provisioningState: 'Failed' }, false, false],
  [{ provisioningState: 'Creating' }, true, false],
  [{ provisioningState: 'Deleting' }, true, false],
  [{ provisioningState: 'Scaling' }, true, false],
  [{ provisioningState: 'UpgradingNodeImageVersion' }, true, true],
  [{ provisioningState: 'Starting' }, true, true],
  [{ provisioningState: 'Succeeded', powerState: 'Stopped' }, true, true],
])('a pool that is %j excuses an unhealthy node: %s; may have taken its node away: %s', (parts, unhealthy, away) => {
  const pool = anAgentPool('p', parts);
  expect([excuseOf(pool) !== undefined, takenAwayBy(pool) !== undefined]).toEqual([unhealthy, away]);
});

test('a pool that is gone explains nothing', () => {
  expect([excuseOf(undefined), takenAwayBy(undefined)]).toEqual([undefined, undefined]);
});
