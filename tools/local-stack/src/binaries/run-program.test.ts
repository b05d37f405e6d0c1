import { gone } from '../fixtures/gone.ts';
import { CommandError, runProgram } from './run-program.ts';

async function failureOf(running: Promise<unknown>): Promise<CommandError> {
  const error: unknown = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CommandError)) throw new Error(`expected a CommandError, got ${String(error)}`);
  return error;
}

describe('runProgram', () => {
  test('gives standard output, and standard error while it comes', async () => {
    const chunks: string[] = [];
    expect(await runProgram('sh', ['-c', 'echo out; echo err >&2'], { onStderr: chunk => chunks.push(chunk) })).toBe(
      'out\n',
    );
    expect(chunks.join('')).toBe('err\n');
  });

  test('a failure says how it ended and what it said last, and keeps both outputs', async () => {
    const error = await failureOf(runProgram('sh', ['-c', 'echo out; echo first >&2; echo last >&2; exit 3']));
    expect(error.message).toBe('sh -c echo out; echo first >&2; echo last >&2; exit 3 failed (exit 3): last');
    expect(error).toMatchObject({ stdout: 'out\n', stderr: 'first\nlast\n' });
    expect((await failureOf(runProgram('sh', ['-c', 'kill -9 $$']))).message).toContain('failed (SIGKILL)');
  });

  test('a program that is not there is an error that names it', async () => {
    expect((await failureOf(runProgram('no-such-program', ['x']))).message).toMatch(
      /^no-such-program x did not run: .*ENOENT/,
    );
  });

  test('ends a program that takes too long', async () => {
    const error = await failureOf(runProgram('sleep', ['1000'], { timeoutMs: 50 }));
    expect(error.message).toBe('sleep 1000 took longer than 50 ms');
  });

  test('ends what such a program has started, which would keep its output open', async () => {
    const pids: number[] = [];
    const script = 'trap "" INT; sleep 1000 & echo $! >&2; wait';
    const running = runProgram('sh', ['-c', script], {
      timeoutMs: 300,
      wholeGroup: true,
      onStderr: chunk => pids.push(Number(chunk)),
    });
    expect((await failureOf(running)).message).toContain('took longer than 300 ms');
    await gone(pids);
  });

  test('ends with the reason of its signal, before and after the start', async () => {
    const stop = new AbortController();
    const running = runProgram('sleep', ['1000'], { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect(runProgram('sleep', ['1000'], { signal: stop.signal })).rejects.toThrow('enough');
  });

  test('runs in the folder and with the environment that it is given', async () => {
    expect(await runProgram('/bin/sh', ['-c', 'pwd; echo $X'], { cwd: '/', env: { X: 'y' } })).toBe('/\ny\n');
  });
});
