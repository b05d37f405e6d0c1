import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gone } from '../fixtures/gone.ts';
import { startOwner } from '../fixtures/start-owner.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { endOrphans } from './end-orphans.ts';
import { identify } from './host-process.ts';
import { RunRecord, type Run } from './run-record.ts';

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds() && tries < 500; tries++) await new Promise(resolve => setTimeout(resolve, 10));
}

describe('endOrphans', () => {
  const folder = useTemporaryFolder();
  const runs = (): string => join(folder(), 'runs');

  test('ends the programs of an owner that was killed by SIGKILL, and removes its data and its record', async () => {
    const owner = await startOwner(folder(), 'wait');
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect(owner.pids.map(pid => identify(pid)?.pid)).toEqual(owner.pids);
    const [stubborn, plain] = owner.pids;
    expect(await endOrphans(runs())).toEqual([`stubborn (${stubborn})`, `plain (${plain})`]);
    await gone(owner.pids, 0);
    expect(existsSync(owner.dataDir)).toBe(false);
    expect(readdirSync(runs())).toEqual([]);
  });

  test('leaves the programs of an owner that is alive alone', async () => {
    const owner = await startOwner(folder(), 'wait');
    try {
      expect(await endOrphans(runs())).toEqual([]);
      expect(owner.pids.map(pid => identify(pid)?.pid)).toEqual(owner.pids);
      expect(existsSync(owner.dataDir)).toBe(true);
    } finally {
      owner.child.kill('SIGTERM');
      await owner.ended;
      await gone(owner.pids);
    }
  });

  test('knows a process by a mark in its environment that has become another program, and none without the mark', async () => {
    const env = { PATH: process.env['PATH'], MARK: 'ours' };
    const child = spawn('sh', ['-c', 'read -r go; exec sleep 1000'], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env,
    });
    const pid = child.pid ?? 0;
    const remembered = identify(pid)!;
    child.stdin.end('go\n');
    await until(() => identify(pid)?.command.startsWith('sleep') === true);
    const runOf = (marker: string): Run => ({
      owner: { ...remembered, startTime: '1' },
      dataDir: join(folder(), 'data'),
      keepData: true,
      processes: [{ ...remembered, name: 'container', marker }],
    });
    mkdirSync(runs());
    writeFileSync(join(runs(), 'run.json'), JSON.stringify(runOf('MARK=theirs')));
    expect(await endOrphans(runs())).toEqual([]);
    writeFileSync(join(runs(), 'run.json'), JSON.stringify(runOf('MARK=ours')));
    expect(await endOrphans(runs())).toEqual([`container (${pid})`]);
    await gone([pid], 0);
  });

  test('leaves a process alone that has got the pid of one of ours', async () => {
    const stranger = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    try {
      const identity = identify(stranger.pid ?? 0)!;
      const processes = [
        { ...identity, name: 'etcd', startTime: '1' },
        { ...identity, name: 'kwok', command: 'kwok --config x' },
      ];
      const dataDir = join(folder(), 'data');
      mkdirSync(dataDir);
      const run: Run = { owner: { ...identity, startTime: '1' }, dataDir, keepData: true, processes };
      mkdirSync(runs());
      writeFileSync(join(runs(), 'run.json'), JSON.stringify(run));
      expect(await endOrphans(runs())).toEqual([]);
      expect(identify(identity.pid)).toEqual(identity);
      expect(existsSync(dataDir)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  test('does nothing where no run has ever been', async () => {
    expect(await endOrphans(join(folder(), 'none'))).toEqual([]);
  });

  test('a damaged record is an error that names the file', async () => {
    mkdirSync(runs());
    writeFileSync(join(runs(), 'run.json'), '{');
    await expect(endOrphans(runs())).rejects.toThrow(join(runs(), 'run.json'));
  });
});

describe('RunRecord', () => {
  const folder = useTemporaryFolder();

  test('holds who owns the run and what is running, and goes when it is closed', () => {
    const record = new RunRecord(folder(), { dataDir: '/data', keepData: false });
    record.remember('self', process.pid);
    record.remember('ended', 2 ** 22 + 1);
    const read = (): Run => {
      const run: Run = JSON.parse(readFileSync(record.file, 'utf8'));
      return run;
    };
    expect(read()).toMatchObject({
      owner: identify(process.pid),
      dataDir: '/data',
      processes: [{ name: 'self', pid: process.pid }],
    });
    record.forget(process.pid);
    expect(read().processes).toEqual([]);
    record.close();
    record.forget(process.pid);
    expect(readdirSync(folder())).toEqual([]);
  });
});
