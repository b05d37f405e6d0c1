import type { AgentPool } from '@kaito/azure';
import type { Operation } from './operations.ts';
import { tagsFor } from './ownership.ts';
import { sightPool } from './pool-sighting.ts';

const owner = { kind: 'Machine', name: 'm', uid: 'u1' } as const;
const accepted = (at: number) => ({ at, operationUrl: undefined, correlationId: undefined });

function aPool(uid: string): AgentPool {
  const none = { labels: {}, taints: [], zones: [] };
  return {
    name: 'm',
    id: '',
    vmSize: '',
    count: 1,
    provisioningState: 'Creating',
    ...none,
    tags: tagsFor({ ...owner, uid }, 0),
  };
}

function sight(askedAt: number | undefined, pool: AgentPool | undefined, operation: Partial<Operation>, now = 1000) {
  const snapshot = askedAt === undefined ? undefined : { askedAt, pools: new Map(pool ? [['m', pool]] : []) };
  return sightPool(
    snapshot,
    { pool: 'm', owner, operation: { seen: false, discarding: false, deletedNodes: new Set(), ...operation } },
    now,
  ).state;
}

test.each<[string, number | undefined, AgentPool | undefined, Partial<Operation>, string]>([
  ['nothing was read yet', undefined, undefined, {}, 'unread'],
  ['nothing was read yet, but ours was accepted', undefined, undefined, { created: accepted(5) }, 'accepted'],
  ['the LIST has none', 10, undefined, {}, 'absent'],
  ['the LIST has ours', 10, aPool('u1'), {}, 'ours'],
  ['the LIST has one of another claim', 10, aPool('u2'), {}, 'foreign'],
  ['the LIST is older than the PUT', 10, undefined, { created: accepted(20) }, 'accepted'],
  ['the LIST is older than the PUT and shows a predecessor', 10, aPool('u2'), { created: accepted(20) }, 'accepted'],
  ['the LIST lags behind the PUT', 30, undefined, { created: accepted(20) }, 'accepted'],
  ['the LIST lags and shows a predecessor', 30, aPool('u2'), { created: accepted(20) }, 'accepted'],
  ['the pool was seen and is not there any more', 30, undefined, { created: accepted(20), seen: true }, 'absent'],
])('when %s', (_, ...[askedAt, pool, operation, state]) => {
  expect(sight(askedAt, pool, operation)).toBe(state);
});

test('a LIST that is silent for a minute is believed', () => {
  expect(sight(60_000, undefined, { created: accepted(20) }, 60_019)).toBe('accepted');
  expect(sight(60_000, undefined, { created: accepted(20) }, 60_020)).toBe('absent');
});
