import { FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  test('stands still until it is told to go on', async () => {
    const clock = new FakeClock(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
  });

  test('makes the calls that are due, each at its own time, those for the same time in the order of asking', async () => {
    const clock = new FakeClock(0);
    const calls: string[] = [];
    const call = (name: string) => () => void calls.push(`${name} at ${clock.now()}`);
    clock.setTimeout(call('late'), 30);
    clock.setTimeout(call('first'), 10);
    clock.setTimeout(call('second'), 10);
    clock.setTimeout(call('never'), 31);
    await clock.advance(30);
    expect(calls).toEqual(['first at 10', 'second at 10', 'late at 30']);
    expect(clock.pending).toEqual([1]);
  });

  test('lets what a call has set off run before it goes on, new timers included', async () => {
    const clock = new FakeClock(0);
    const times: number[] = [];
    const tick = (): void => {
      times.push(clock.now());
      void Promise.resolve().then(() => clock.setTimeout(tick, 10));
    };
    clock.setTimeout(tick, 10);
    await clock.advance(35);
    expect(times).toEqual([10, 20, 30]);
  });

  test('does not make a call that was cancelled', async () => {
    const clock = new FakeClock();
    let called = false;
    clock.setTimeout(() => (called = true), 10).cancel();
    await clock.advance(20);
    expect(called).toBe(false);
    expect(clock.pending).toEqual([]);
  });

  test('a changed wall clock moves no timer', async () => {
    const clock = new FakeClock(1_000);
    let called = false;
    clock.setTimeout(() => (called = true), 10);
    clock.setWallClock(5_000_000);
    expect(called).toBe(false);
    await clock.advance(10);
    expect([called, clock.now(), clock.monotonic()]).toEqual([true, 5_000_010, 10]);
  });
});
