import { aPod, FakeClock } from '@kaito/testing';
import type { View } from '../../world/view.ts';
import { ServedWatch } from './served-watch.ts';

const pod = (ready: 'True' | 'False'): ReturnType<typeof aPod> =>
  aPod({ metadata: { name: 'w-0', uid: 'u' }, status: { conditions: [{ type: 'Ready', status: ready }] } });

test('the longest time without a break counts in which a pod is served that is not Ready', async () => {
  const clock = new FakeClock();
  let now = { pod: pod('True'), served: ['w-0'] };
  const view = { names: ['w'], pods: () => [now.pod], served: () => now.served };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of a view that is asked here
  const watch = new ServedWatch(view as unknown as View, clock);
  const lookAfter = async (ms: number, next: typeof now): Promise<void> => {
    await clock.advance(ms);
    now = next;
    watch.look();
  };
  await lookAfter(100, now);
  expect(watch.found).toEqual([]);
  await lookAfter(100, { pod: pod('False'), served: ['w-0'] });
  await lookAfter(700, now);
  await lookAfter(100, { pod: pod('False'), served: [] });
  await lookAfter(100, { pod: pod('False'), served: ['w-0'] });
  await lookAfter(300, now);
  expect(watch.found).toEqual([{ service: 'w', pod: 'w-0', forMs: 700 }]);
});
