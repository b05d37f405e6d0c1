import type { EmulatorClient } from '@kaito/emulator';

/**
 * Checks which requests ARM got since the start or the last `resetRequests()`.
 * @param expected how many of each operation, such as `{ 'PUT agentPools': 1 }`; operations that are not named are not looked at.
 * @throws Error that lists every difference and the requests, in order.
 */
export async function expectArmRequests(
  emulator: Pick<EmulatorClient, 'requests'>,
  expected: Readonly<Record<string, number>>,
): Promise<void> {
  const { counts, log } = await emulator.requests();
  const differences = Object.entries(expected)
    .filter(([operation, count]) => (counts[operation] ?? 0) !== count)
    .map(([operation, count]) => `${operation}: ${counts[operation] ?? 0}, expected ${count}`);
  if (differences.length === 0) return;
  const requests = log.map(({ operation, status, path }) => `  ${operation} → ${status ?? 'no answer'} ${path}`);
  throw new Error(['ARM got other requests than expected:', ...differences, 'All of them:', ...requests].join('\n'));
}
