import { FakeClock } from '@kaito/testing';
import type { OfferingFault } from './closure.ts';
import { OfferingMemory } from './offering-memory.ts';
import { a100, anOffering, twoA100 } from './stand-ins.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const lifetimes = { capacityMs: HOUR, quotaMs: 10 * MINUTE, skuMs: 23 * HOUR };
const full: OfferingFault = { kind: 'capacity', code: 'AllocationFailed', message: 'Allocation failed.' };
const strange: OfferingFault = { kind: 'unknown', code: 'Odd', message: 'Odd' };
const here = anOffering();

function setUp() {
  const clock = new FakeClock();
  const memory = new OfferingMemory({ lifetimes, clock });
  const stop = new AbortController();
  const recoveries: number[] = [];
  memory.onRecovery(() => recoveries.push(clock.monotonic()));
  const running = memory.start(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { clock, memory, recoveries, end };
}

const memoryOnly = () => new OfferingMemory({ lifetimes, clock: new FakeClock() });
const isOpen = (memory: OfferingMemory, now: number, uid = 'me', offering = here) =>
  memory.state(offering, now, uid).state === 'available';

const worstHour = (times: readonly number[]) =>
  Math.max(0, ...times.map(start => times.filter(time => time >= start && time < start + HOUR).length));

test('what never failed is free for everybody at once', () => {
  const memory = memoryOnly();
  for (let claim = 0; claim < 100; claim += 1) {
    expect(isOpen(memory, 0, `uid-${claim}`)).toBe(true);
    memory.begin(here, `uid-${claim}`, 0);
  }
});

test('a failure closes it for its lifetime, with the reason and the words of Azure, and nothing beside it', () => {
  const memory = memoryOnly();
  memory.failed(here, full, 5);
  expect(memory.state(here, 6)).toEqual({
    state: 'unavailable',
    until: HOUR + 5,
    reason: 'AllocationFailure',
    said: 'Allocation failed. (AllocationFailed)',
  });
  expect(isOpen(memory, 6, 'me', anOffering({ zone: '1' }))).toBe(true);
  expect(isOpen(memory, 6, 'me', anOffering({ capacityType: 'spot' }))).toBe(true);
  expect(isOpen(memory, 6, 'me', anOffering({ type: twoA100 }))).toBe(true);
  expect(isOpen(memory, HOUR + 5)).toBe(true);
});

test('quota of a family closes its larger sizes too, not the smaller ones', () => {
  const memory = memoryOnly();
  const small = { ...a100, name: 'Standard_NC8ads_A100_v4', vcpus: 8 };
  memory.failed(here, { kind: 'quota', code: 'QuotaExceeded', message: 'no' }, 0);
  expect(memory.state(anOffering({ type: twoA100, zone: '2' }), 1).state).toBe('unavailable');
  expect(memory.state(anOffering({ type: small }), 1).state).toBe('available');
});

describe('after the lifetime', () => {
  test('one claim may try, the others see it; its machine opens it for all', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    memory.begin(here, 'prober', HOUR);
    expect(isOpen(memory, HOUR, 'prober')).toBe(true);
    expect(memory.state(here, HOUR, 'other')).toEqual({
      state: 'probing',
      until: 2 * HOUR,
      reason: 'AllocationFailure',
      said: 'Allocation failed. (AllocationFailed)',
    });
    memory.succeeded(here, HOUR + MINUTE);
    expect(isOpen(memory, HOUR + MINUTE, 'other')).toBe(true);
    memory.begin(here, 'other', HOUR + MINUTE);
    expect(isOpen(memory, HOUR + MINUTE, 'third')).toBe(true);
  });

  test('its failure closes it again for the same time', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    memory.begin(here, 'prober', HOUR);
    memory.failed(here, full, HOUR + MINUTE);
    expect(memory.state(here, HOUR + MINUTE, 'prober')).toMatchObject({ until: 2 * HOUR + MINUTE });
    expect(isOpen(memory, 2 * HOUR + MINUTE)).toBe(true);
  });

  test('so does a failure of which nobody knows the cause', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    memory.begin(here, 'prober', HOUR);
    memory.failed(here, strange, HOUR + MINUTE);
    expect(memory.state(here, HOUR + MINUTE)).toMatchObject({ until: 2 * HOUR + MINUTE, reason: 'AllocationFailure' });
  });

  test('a fault that says nothing about it lets the prober go on, and nobody else', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    memory.begin(here, 'prober', HOUR);
    memory.failed(here, { kind: 'throttled', code: 'TooManyRequests', message: 'slow down' }, HOUR + 1);
    expect([isOpen(memory, HOUR + 2, 'prober'), isOpen(memory, HOUR + 2, 'other')]).toEqual([true, false]);
  });

  test('a prober that ends without a word is followed by another, but not at once', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    memory.begin(here, 'prober', HOUR);
    memory.ended('prober');
    expect(memory.state(here, HOUR, 'other')).toMatchObject({ state: 'unavailable', until: HOUR + 5 * MINUTE });
    expect(isOpen(memory, HOUR + 5 * MINUTE, 'other')).toBe(true);
  });

  test('a prober that begins something else has ended; one that begins the same again has not', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    memory.begin(here, 'prober', HOUR);
    memory.begin(here, 'prober', HOUR + 4 * MINUTE);
    expect(memory.state(here, HOUR + 4 * MINUTE, 'other')).toMatchObject({ state: 'probing', until: 2 * HOUR });
    memory.begin(anOffering({ type: twoA100 }), 'prober', HOUR + 4 * MINUTE);
    expect(isOpen(memory, HOUR + 5 * MINUTE, 'other')).toBe(true);
  });

  test('a prober of which nothing is heard is given up', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    memory.begin(here, 'prober', HOUR);
    expect([isOpen(memory, 2 * HOUR - 1, 'other'), isOpen(memory, 2 * HOUR, 'other')]).toEqual([false, true]);
  });

  test('who finds no machine had quota', () => {
    const memory = memoryOnly();
    memory.failed(here, { kind: 'quota', code: 'QuotaExceeded', message: 'no' }, 0);
    memory.begin(here, 'prober', 10 * MINUTE);
    memory.failed(here, full, 11 * MINUTE);
    expect(memory.state(here, 11 * MINUTE).state).toBe('unavailable');
    expect(isOpen(memory, 11 * MINUTE, 'other', anOffering({ type: twoA100 }))).toBe(true);
  });
});

test('a machine that was asked for before the failure does not open what is closed', () => {
  const memory = memoryOnly();
  memory.begin(here, 'early', 0);
  memory.failed(here, full, 1);
  memory.succeeded(here, 2);
  expect(isOpen(memory, 2)).toBe(false);
});

test('a later failure does not shorten what an earlier one said', () => {
  const memory = memoryOnly();
  const offering = anOffering({ type: { ...a100, family: '' } });
  memory.failed(offering, { kind: 'sku', code: 'VMSizeNotSupported', message: 'no' }, 0);
  memory.failed(offering, { kind: 'quota', code: 'QuotaExceeded', message: 'no' }, 1);
  expect(memory.state(offering, 2)).toMatchObject({ until: 23 * HOUR, reason: 'SKUNotAvailable' });
});

describe('failures without a clear cause', () => {
  test('five in a row close it for ten minutes; then each of them does', () => {
    const memory = memoryOnly();
    for (let failure = 0; failure < 4; failure += 1) memory.failed(here, strange, failure);
    expect(isOpen(memory, 4)).toBe(true);
    memory.failed(here, { ...strange, kind: 'node' }, 4);
    expect(memory.state(here, 5)).toMatchObject({ until: 10 * MINUTE + 4, reason: 'RepeatedFailures' });
    memory.begin(here, 'prober', 11 * MINUTE);
    memory.failed(here, strange, 12 * MINUTE);
    expect(memory.state(here, 12 * MINUTE)).toMatchObject({ state: 'unavailable', until: 22 * MINUTE });
  });

  test('a machine in between begins the row anew', () => {
    const memory = memoryOnly();
    for (let failure = 0; failure < 4; failure += 1) memory.failed(here, strange, failure);
    memory.succeeded(here, 4);
    for (let failure = 0; failure < 4; failure += 1) memory.failed(here, strange, 5 + failure);
    expect(isOpen(memory, 9)).toBe(true);
  });
});

describe('recovery', () => {
  test('is told at the end of each lifetime, by one timer', async () => {
    const { clock, memory, recoveries, end } = setUp();
    memory.failed(here, full, 0);
    memory.failed(anOffering({ type: twoA100 }), { kind: 'quota', code: 'QuotaExceeded', message: 'no' }, 0);
    expect(clock.pending).toEqual([10 * MINUTE]);
    await clock.advance(2 * HOUR);
    expect(recoveries).toEqual([10 * MINUTE, HOUR]);
    await end();
  });

  test('is told when a probe has worked, and no timer is left behind', async () => {
    const { clock, memory, recoveries, end } = setUp();
    memory.failed(here, full, 0);
    await clock.advance(HOUR);
    memory.begin(here, 'prober', HOUR);
    memory.succeeded(here, HOUR);
    expect(recoveries).toEqual([HOUR, HOUR]);
    memory.failed(here, full, HOUR);
    await end();
    expect(clock.pending).toEqual([]);
  });

  test('is not told by a timer that comes early; that waits on', async () => {
    const delays: number[] = [];
    const timers: (() => void)[] = [];
    let now = 0;
    const setTimeout = (callback: () => void, ms: number) => {
      delays.push(ms);
      timers.push(callback);
      return { cancel: () => undefined };
    };
    const memory = new OfferingMemory({ lifetimes, clock: { monotonic: () => now, setTimeout } });
    let told = 0;
    memory.onRecovery(() => {
      told += 1;
    });
    const stop = new AbortController();
    const running = memory.start(stop.signal);
    memory.failed(here, full, 0);
    now = HOUR - 1;
    timers.at(-1)?.();
    expect([told, delays.at(-1)]).toEqual([0, 1]);
    now = HOUR;
    timers.at(-1)?.();
    expect(told).toBe(1);
    stop.abort();
    await running;
  });

  test('is told when a prober went away', async () => {
    const { clock, memory, recoveries, end } = setUp();
    memory.failed(here, full, 0);
    await clock.advance(HOUR);
    memory.begin(here, 'prober', HOUR);
    memory.ended('prober');
    await clock.advance(5 * MINUTE);
    expect(recoveries).toEqual([HOUR, HOUR + 5 * MINUTE]);
    await end();
  });
});

test('lists what is closed, and forgets what nobody has asked for in a day', () => {
  const memory = memoryOnly();
  memory.failed(here, full, 0);
  memory.failed(anOffering({ capacityType: 'spot' }), { kind: 'quota', code: 'LowPriorityQuota', message: 'no' }, 0);
  expect(memory.unavailable(1)).toMatchObject([
    { instanceType: 'any', zone: 'all', capacityType: 'spot', reason: 'SubscriptionQuotaReached' },
    { instanceType: 'Standard_NC24ads_A100_v4', zone: 'any', capacityType: 'on-demand', reason: 'AllocationFailure' },
  ]);
  expect(memory.unavailable(HOUR)).toEqual([]);
  const late = 26 * HOUR;
  memory.failed(anOffering({ zone: '1' }), { ...full, code: 'ZonalAllocationFailed' }, late);
  memory.begin(here, 'one', late);
  expect(isOpen(memory, late, 'two')).toBe(true);
});

describe('50 claims that want the same offering without pause', () => {
  const CLAIMS = 50;
  const STEP = 10_000;
  const ANSWER = 3 * STEP;

  /** Every claim asks as soon as it may; the answer comes after half a minute. Gives the times at which Azure was asked. */
  function hammer(
    memory: OfferingMemory,
    until: number,
    { fault, healthyFrom = Infinity }: { fault: OfferingFault; healthyFrom?: number },
  ) {
    const asked: number[] = [];
    const answers = new Map<string, number>();
    const served = new Map<string, number>();
    const claims = Array.from({ length: CLAIMS }, (_, index) => `uid-${index}`);
    const turn = (uid: string, now: number): void => {
      const due = answers.get(uid);
      if (due !== undefined && due <= now) {
        answers.delete(uid);
        if (now >= healthyFrom) {
          served.set(uid, now);
          memory.succeeded(here, now);
          memory.ended(uid);
        } else memory.failed(here, fault, now);
      } else if (due === undefined && memory.state(here, now, uid).state === 'available') {
        memory.begin(here, uid, now);
        asked.push(now);
        answers.set(uid, now + ANSWER);
      }
    };
    for (let now = 0; now < until && served.size < CLAIMS; now += STEP) {
      for (const uid of claims) if (!served.has(uid)) turn(uid, now);
    }
    return { asked, served };
  }

  test.each([
    ['capacity', full],
    ['quota', { kind: 'quota', code: 'QuotaExceeded', message: 'no' } as const],
    ['sku', { kind: 'sku', code: 'VMSizeNotSupported', message: 'no' } as const],
    ['unknown', strange],
  ])('a dead one (%s) costs at most 12 requests an hour in 24 hours, once it is known', (_, fault) => {
    const { asked } = hammer(memoryOnly(), 24 * HOUR, { fault });
    const [first = 0] = asked;
    expect(asked.filter(time => time === first)).toHaveLength(CLAIMS);
    expect(worstHour(asked.filter(time => time > first + ANSWER))).toBeLessThanOrEqual(12);
  });

  test('probers that vanish without a word cost no more', () => {
    const memory = memoryOnly();
    memory.failed(here, full, 0);
    const asked: number[] = [];
    for (let now = 0; now < 24 * HOUR; now += STEP) {
      const uid = `uid-${now}`;
      if (!isOpen(memory, now, uid)) continue;
      memory.begin(here, uid, now);
      asked.push(now);
      memory.ended(uid);
    }
    expect(asked.length).toBeGreaterThan(100);
    expect(worstHour(asked)).toBeLessThanOrEqual(12);
  });

  test('all are served within one lifetime after it is healthy again', () => {
    const healthyFrom = 5 * HOUR + 7 * MINUTE;
    const { served } = hammer(memoryOnly(), 24 * HOUR, { fault: full, healthyFrom });
    expect(served.size).toBe(CLAIMS);
    expect(Math.max(...served.values())).toBeLessThanOrEqual(healthyFrom + lifetimes.capacityMs + 3 * ANSWER);
  });
});
