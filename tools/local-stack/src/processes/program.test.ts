import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gone } from '../fixtures/gone.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { identify } from './host-process.ts';
import { Program } from './program.ts';
import { RunRecord } from './run-record.ts';
import { PortTakenError, waitUntilUp } from './wait-until-up.ts';

const never = (): Promise<undefined> => Promise.resolve(undefined);
const refused = (): Promise<never> => Promise.reject(new Error('connection refused'));
const printed = (program: Program, text: string): Promise<true> =>
  waitUntilUp([program], () => Promise.resolve(program.logs().includes(text) || undefined), { timeoutMs: 5_000 });

describe('Program', () => {
  let started: Program[] = [];
  afterEach(async () => {
    await Promise.all(started.map(program => program.stop({ signal: 'SIGKILL' })));
    started = [];
  });
  // After the hook above, so that nothing is running any more when the folder goes.
  const folder = useTemporaryFolder();

  const logFile = (): string => join(folder(), 'log');
  const start = async (script: string): Promise<Program> => {
    const record = new RunRecord(join(folder(), 'runs'), { dataDir: folder(), keepData: false });
    const program = await Program.start({
      name: 'it',
      command: 'sh',
      args: ['-c', script],
      logFile: logFile(),
      record,
    });
    started.push(program);
    return program;
  };

  test('keeps both outputs in its log, one start after the other', async () => {
    await (
      await start('echo out; echo err >&2')
    ).ended;
    await (
      await start('echo again')
    ).ended;
    expect(readFileSync(logFile(), 'utf8')).toBe('out\nerr\nagain\n');
  });

  test('says how it ended', async () => {
    const program = await start('exit 3');
    await program.ended;
    expect(program.running).toBe(false);
    expect(program.end).toBe('exit 3');
    expect(program.failure('went wrong').message).toBe(`it went wrong\nit (exit 3), the end of ${logFile()}:\n  `);
  });

  test('an error holds the last lines of the log', async () => {
    const program = await start('seq 100; exec sleep 1000');
    await printed(program, '100\n');
    const { message } = program.failure('does not answer');
    expect(message).toContain('it does not answer\nit (running), the end of');
    expect(message.split('\n').slice(2)).toEqual(Array.from({ length: 15 }, (_, index) => `  ${index + 86}`));
  });

  test('stops at the signal when it can', async () => {
    const program = await start("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done");
    await printed(program, 'up');
    await program.stop();
    expect(program.end).toBe('exit 0');
    expect(program.logs()).toContain('bye');
  });

  test('is killed, and its children with it, when it does not end in time', async () => {
    const program = await start("trap '' TERM; sleep 1000 & echo child $!; wait; wait");
    await printed(program, 'child');
    const child = Number(/child (\d+)/.exec(program.logs())?.[1]);
    expect(identify(child)?.pid).toBe(child);
    await program.stop({ graceMs: 50 });
    expect(program.end).toBe('SIGKILL');
    await gone([child]);
  });

  test('a program that has ended can be stopped', async () => {
    const program = await start('exit 0');
    await program.ended;
    await program.stop();
    expect(program.end).toBe('exit 0');
  });

  test('one that cannot be started is an error that names it', async () => {
    const record = new RunRecord(join(folder(), 'runs'), { dataDir: folder(), keepData: false });
    const starting = Program.start({ name: 'etcd', command: '/no/such/etcd', args: [], logFile: logFile(), record });
    await expect(starting).rejects.toThrow('etcd cannot be started (etcd)');
  });

  describe('waitUntilUp', () => {
    test('gives what the check gives, and takes a check that throws for a no', async () => {
      const program = await start('exec sleep 1000');
      let calls = 0;
      const check = (): Promise<number> =>
        ++calls < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve(calls);
      expect(await waitUntilUp([program], check, { timeoutMs: 5_000, intervalMs: 1 })).toBe(3);
    });

    test('fails at once when the program ends, with its log', async () => {
      const program = await start('echo no such flag; exit 2');
      await expect(waitUntilUp([program], never, { timeoutMs: 60_000 })).rejects.toThrow(
        /it ended while it was starting\n.*exit 2.*\n {2}no such flag/,
      );
    });

    test('fails at once when a program that it needs ends', async () => {
      const program = await start('exec sleep 1000');
      const needed = await start('exit 1');
      await expect(waitUntilUp([program, needed], never, { timeoutMs: 60_000 })).rejects.toThrow(/exit 1/);
    });

    test.each(['listen tcp 127.0.0.1:2379: bind: address already in use', 'Error: listen EADDRINUSE: :::8080'])(
      'recognises %s',
      async text => {
        const program = await start(`echo '${text}'; exit 1`);
        await expect(waitUntilUp([program], never, { timeoutMs: 60_000 })).rejects.toThrow(PortTakenError);
      },
    );

    test('fails when time is up, with what the last check said', async () => {
      const program = await start('exec sleep 1000');
      await expect(waitUntilUp([program], refused, { timeoutMs: 60 })).rejects.toThrow(
        /it did not answer within 0\.06 s: connection refused/,
      );
    });

    test('ends with the reason of its signal', async () => {
      const program = await start('exec sleep 1000');
      const stop = new AbortController();
      const waiting = waitUntilUp([program], never, { timeoutMs: 60_000, signal: stop.signal });
      stop.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
    });
  });
});
