import { gone } from '../fixtures/gone.ts';
import { startOwner } from '../fixtures/start-owner.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { identify } from './host-process.ts';

describe('programs do not outlive their owner', () => {
  const folder = useTemporaryFolder();

  test.each(['exit', 'throw', 'reject'] as const)('when it ends by %s', async action => {
    const owner = await startOwner(folder(), action);
    await owner.ended;
    await gone(owner.pids);
    expect(owner.child.exitCode).toBe(action === 'exit' ? 0 : 1);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('when it gets %s, by which it ends as usual', async signal => {
    const owner = await startOwner(folder(), 'wait');
    expect(owner.pids.map(pid => identify(pid)?.pid)).toEqual(owner.pids);
    owner.child.kill(signal);
    await owner.ended;
    expect(owner.child.signalCode).toBe(signal);
    await gone(owner.pids);
  });
});
