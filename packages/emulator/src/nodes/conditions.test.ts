import { mergeConditions } from './conditions.ts';

const NOW = '2026-02-01T00:00:00.000Z';
const OLD = '2026-01-01T00:00:00.000Z';
const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'm', lastTransitionTime: OLD } as const;

it('a report adds to the conditions, and the transition moves only with the status', () => {
  const [same] = mergeConditions([ready], [{ type: 'Ready', status: 'True' }], NOW).all;
  expect(same).toEqual({
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: '',
    lastHeartbeatTime: NOW,
    lastTransitionTime: OLD,
  });
  const { all: after } = mergeConditions(
    [ready],
    [{ type: 'GPUMissing', status: 'True', reason: 'r', message: 'x' }],
    NOW,
  );
  expect(after.map(({ type }) => type)).toEqual(['Ready', 'GPUMissing']);
  expect(after[0]).toBe(ready);
  const [lost] = mergeConditions([ready], [{ type: 'Ready', status: 'Unknown' }], NOW).written;
  expect(lost?.lastTransitionTime).toBe(NOW);
});

it('a report may say when the transition was', () => {
  const [then] = mergeConditions([], [{ type: 'Ready', status: 'False', lastTransitionTime: OLD }], NOW).all;
  expect(then?.lastTransitionTime).toBe(OLD);
});
