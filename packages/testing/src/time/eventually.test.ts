import { readFileSync } from 'node:fs';
import { eventually } from './eventually.ts';

const quick = { timeoutMs: 50, intervalMs: 1 };

async function failureOf(waiting: Promise<unknown>): Promise<Error> {
  const thrown: unknown = await waiting.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Error)) throw new Error(`expected an Error, got ${String(thrown)}`);
  return thrown;
}

describe('eventually', () => {
  test('gives what the attempt returns, also when that is nothing', async () => {
    expect(await eventually(() => 7)).toBe(7);
    expect(await eventually(() => undefined)).toBeUndefined();
  });

  test('tries again as long as the attempt throws or rejects', async () => {
    let tries = 0;
    const attempt = (): Promise<number> => {
      tries++;
      if (tries === 1) throw new Error('thrown');
      return tries === 2 ? Promise.reject(new Error('rejected')) : Promise.resolve(tries);
    };
    expect(await eventually(attempt, { intervalMs: 1 })).toBe(3);
  });

  test('tries at least once, however little time there is', async () => {
    expect(await eventually(() => 'now', { timeoutMs: 0 })).toBe('now');
  });

  test('fails with what was waited for, the last failure and the dump', async () => {
    let tries = 0;
    const attempt = (): never => {
      throw new Error(`failure ${++tries}`);
    };
    const error = await failureOf(
      eventually(attempt, { ...quick, describe: 'the node is Ready', dump: () => 'the logs' }),
    );
    expect(error.message).toBe(
      `the node is Ready: not within 0.05 s, in ${tries} tries; at last: failure ${tries}\nthe logs`,
    );
    expect(error.cause).toEqual(new Error(`failure ${tries}`));
    expect(tries).toBeGreaterThan(1);
  });

  test('shows failures of jest and of Node in full, and a dump that fails', async () => {
    const comparing = await failureOf(eventually(() => expect('Pending').toBe('Running'), quick));
    expect(comparing.message).toContain('Expected: "Running"');
    const reading = await failureOf(
      eventually(() => readFileSync('/no/such/file'), { ...quick, dump: () => Promise.reject(new Error('no logs')) }),
    );
    expect(reading.message).toMatch(/at last: ENOENT: no such file.*\n\(the dump failed: no logs\)/);
  });

  test('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const waiting = eventually(() => Promise.reject(new Error('not yet')), { signal: stop.signal, intervalMs: 10_000 });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
