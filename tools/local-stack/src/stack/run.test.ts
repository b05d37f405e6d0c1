import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gone } from '../fixtures/gone.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import type { Program } from '../processes/program.ts';
import { Run, runsDir } from './run.ts';
const sleep = (run: Run, name: string): Promise<Program> => run.start({ name, command: 'sleep', args: ['1000'] });

describe('Run', () => {
  const open: Run[] = [];
  afterEach(async () => {
    for (const run of open.splice(0)) await run.stop();
  });
  // After the hook above, so that nothing is running any more when the folder goes.
  const folder = useTemporaryFolder();
  const before = process.env['KAITO_CACHE_DIR'];
  beforeEach(() => {
    process.env['KAITO_CACHE_DIR'] = join(folder(), 'cache');
  });
  afterAll(() => {
    if (before === undefined) delete process.env['KAITO_CACHE_DIR'];
    else process.env['KAITO_CACHE_DIR'] = before;
  });

  const start = async (options: Parameters<typeof Run.open>[0] = {}): Promise<Run> => {
    const run = await Run.open(options);
    open.push(run);
    return run;
  };

  test('has a folder of its own, which goes with it', async () => {
    const run = await start();
    const program = await sleep(run, 'a');
    expect(run.running).toEqual([program]);
    expect(readdirSync(runsDir())).toHaveLength(1);
    await run.stop();
    run.close();
    await gone([program.pid], 0);
    expect(existsSync(run.dataDir)).toBe(false);
    expect(readdirSync(runsDir())).toEqual([]);
  });

  test('keeps the folder when it is told to', async () => {
    const dataDir = join(folder(), 'data');
    const run = await start({ dataDir, keepData: true });
    await run.stop();
    run.close();
    expect(existsSync(dataDir)).toBe(true);
  });

  test('keeps the logs of a run that failed, not the data', async () => {
    const run = await start({ dataDir: join(folder(), 'data') });
    mkdirSync(join(run.dataDir, 'etcd'));
    await (
      await run.start({ name: 'a', command: 'echo', args: ['why'] })
    ).ended;
    run.closeKeepingLogs();
    expect(readdirSync(run.dataDir)).toEqual(['.kaito-local-stack', 'a.log']);
    expect(readdirSync(runsDir())).toEqual([]);
  });

  test('does not close while something is running', async () => {
    const run = await start({ dataDir: join(folder(), 'data') });
    const program = await sleep(run, 'a');
    expect(() => run.close()).toThrow(`still running: a (${program.pid})`);
    expect(readdirSync(runsDir())).toHaveLength(1);
  });

  test('stops what was started last first, but for the groups that it is given', async () => {
    const run = await start({ dataDir: join(folder(), 'data') });
    const ended: string[] = [];
    const programs = [];
    for (const name of ['etcd', 'api', 'kwok', 'app']) {
      const program = await sleep(run, name);
      programs.push(program);
      void program.ended.then(() => ended.push(name));
    }
    await run.stop([[programs[2]!]]);
    expect(ended).toEqual(['kwok', 'app', 'api', 'etcd']);
  });

  test('starts nothing once it is being stopped', async () => {
    const run = await start({ dataDir: join(folder(), 'data') });
    const stopping = run.stop();
    await expect(sleep(run, 'late')).rejects.toThrow('late is not started: its stack has been stopped');
    await stopping;
    expect(run.running).toEqual([]);
  });

  test('a folder can be used again, but not by two at once', async () => {
    const dataDir = join(folder(), 'data');
    const first = await start({ dataDir, keepData: true });
    await expect(Run.open({ dataDir })).rejects.toThrow(`in use by a stack of process ${process.pid}`);
    writeFileSync(join(dataDir, 'old'), '');
    await first.stop();
    first.close();
    await start({ dataDir });
    expect(existsSync(join(dataDir, 'old'))).toBe(false);
  });

  test('never empties a folder that holds something else', async () => {
    const dataDir = join(folder(), 'documents');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'thesis.txt'), 'years of work');
    await expect(Run.open({ dataDir })).rejects.toThrow(/holds files that are not of a local stack \(thesis\.txt\)/);
    expect(existsSync(join(dataDir, 'thesis.txt'))).toBe(true);
  });

  test('shows the end of every log', async () => {
    const run = await start();
    await (
      await run.start({ name: 'a', command: 'echo', args: ['one'] })
    ).ended;
    await (
      await run.start({ name: 'a', command: 'echo', args: ['two'] })
    ).ended;
    await (
      await run.start({ name: 'b', command: 'echo', args: ['three'] })
    ).ended;
    const dump = run.dump();
    expect(dump).toContain(`a (exit 0), the end of ${run.logFile('a')}:\n  one\n  two`);
    expect(dump).toContain(`b (exit 0), the end of ${run.logFile('b')}:\n  three`);
    await run.stop();
    run.close();
  });
});
