import { getEventListeners } from 'node:events';
import { DeadlineError, withDeadline } from './deadline.ts';

const never = (): Promise<never> => new Promise<never>(() => undefined);

describe('withDeadline', () => {
  it('gives the result and leaves no timer and no listener', async () => {
    const caller = new AbortController();
    const timers = activeTimers();
    await expect(withDeadline(60_000, caller.signal, async () => 'done')).resolves.toBe('done');
    expect(activeTimers()).toBe(timers);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('rejects when the time is up, though the work does not listen', async () => {
    await expect(withDeadline(5, undefined, never)).rejects.toThrow(DeadlineError);
  });

  it('tells the work when the time is up', async () => {
    let given: AbortSignal | undefined;
    const work = (signal: AbortSignal): Promise<never> => {
      given = signal;
      return never();
    };
    await expect(withDeadline(5, undefined, work)).rejects.toThrow('no answer within 5 ms');
    expect(given?.aborted).toBe(true);
  });

  it("rejects with the caller's reason as soon as the caller gives up", async () => {
    const caller = new AbortController();
    const timers = activeTimers();
    const result = withDeadline(60_000, caller.signal, never);
    caller.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
    expect(activeTimers()).toBe(timers);
  });

  it('does not start for a caller who gave up before', async () => {
    let started = false;
    const work = async (): Promise<void> => {
      started = true;
    };
    await expect(withDeadline(60_000, AbortSignal.abort(), work)).rejects.toThrow('aborted');
    expect(started).toBe(false);
  });
});

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
}
