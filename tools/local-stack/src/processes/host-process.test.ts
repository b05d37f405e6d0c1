import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { identify, isRunning, realProcess, signalGroup } from './host-process.ts';

describe('identify', () => {
  test('knows this process', () => {
    const self = identify(process.pid)!;
    expect(self.pid).toBe(process.pid);
    expect(self.command).toContain('node');
    expect(isRunning(self)).toBe(true);
    expect(isRunning({ ...self, startTime: '1' })).toBe(false);
  });

  test('knows a child by its command line, until it has ended', async () => {
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    const identity = identify(child.pid ?? 0)!;
    expect(identity.command).toBe('sleep 1000');
    expect(signalGroup(identity.pid, 'SIGKILL')).toBe(true);
    await once(child, 'exit');
    expect(identify(identity.pid)).toBeUndefined();
    expect(signalGroup(identity.pid, 'SIGKILL')).toBe(false);
  });

  test('takes a process that has ended and was not reaped for what it is', () => {
    // The inner shell becomes a zombie of the sleep that its parent turns into; the sleep ends at once.
    const { stdout } = spawnSync('sh', ['-c', 'sh -c exit & echo $!; exec sleep 0.2'], { encoding: 'utf8' });
    expect(identify(Number(stdout))).toBeUndefined();
  });
});

test('realProcess is the one that gets signals', async () => {
  const got = once(realProcess, 'SIGUSR2');
  process.kill(process.pid, 'SIGUSR2');
  expect(await got).toContain('SIGUSR2');
});
