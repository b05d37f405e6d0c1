import type { EmulatorClient, RequestReport } from '@kaito/emulator';
import { expectArmRequests } from './arm-requests.ts';

const report: RequestReport = {
  total: 2,
  counts: { 'PUT agentPools': 1, 'LIST agentPools': 1 },
  log: [
    { operation: 'PUT agentPools', method: 'PUT', path: '/a', status: 201, correlationId: '1', at: 1 },
    { operation: 'LIST agentPools', method: 'GET', path: '/b', correlationId: '2', at: 2 },
  ],
};
const emulator: Pick<EmulatorClient, 'requests'> = { requests: () => Promise.resolve(report) };

describe('expectArmRequests', () => {
  test('passes when the named operations were asked for that often', async () => {
    await expect(expectArmRequests(emulator, { 'PUT agentPools': 1, 'DELETE agentPools': 0 })).resolves.toBeUndefined();
  });

  test('otherwise lists every difference, and the requests', async () => {
    await expect(expectArmRequests(emulator, { 'PUT agentPools': 2, 'DELETE agentPools': 1 })).rejects.toThrow(
      [
        'ARM got other requests than expected:',
        'PUT agentPools: 1, expected 2',
        'DELETE agentPools: 0, expected 1',
        'All of them:',
        '  PUT agentPools → 201 /a',
        '  LIST agentPools → no answer /b',
      ].join('\n'),
    );
  });
});
