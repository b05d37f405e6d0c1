import type { AgentPool } from '@kaito/azure';
import type { RecordedEvent } from '@kaito/kube';
import { aMachine, aNodeClaim, FakeClock } from '@kaito/testing';
import { dialects } from '../../claims/dialects.ts';
import { Operations } from '../../pools/operations.ts';
import { tagsFor } from '../../pools/ownership.ts';
import { poolLabels } from '../../pools/pool-body.ts';
import { sightPool } from '../../pools/pool-sighting.ts';
import { anAgentPool, anInstanceType, quiet } from '../../testing/stand-ins.ts';
import { markOf, tellAdoption } from './adoption.ts';
import { launchLabels } from './claim-labels.ts';
import { decideLaunch } from './launch-decision.ts';
import { LaunchGate } from './launch-gate.ts';

const CREATED = '2026-07-28T10:00:00Z';
const metadata = { name: 'ws1a2b3c4d5', uid: 'u1', creationTimestamp: CREATED };
const claims = {
  Machine: dialects.Machine.view(aMachine({ metadata })),
  NodeClaim: dialects.NodeClaim.view(aNodeClaim({ metadata })),
};
/** As the Go gpu-provisioner leaves a pool: labels that name the claim, and no tag. */
const goLabels = {
  Machine: { 'karpenter.sh/provisioner-name': 'default' },
  NodeClaim: { 'karpenter.sh/nodepool': 'kaito' },
};
const made = { 'kaito.sh/workspace': 'a-workspace', 'kaito.sh/machine-type': 'gpu' };
const time = { 'kaito.sh/creation-timestamp': '2026-07-28T10-00-00Z' };

describe.each(['Machine', 'NodeClaim'] as const)('a pool that the Go gpu-provisioner made for a %s', kind => {
  const claim = claims[kind];

  function observe(parts: Partial<AgentPool> = {}, own: Readonly<Record<string, string>> = claim.labels) {
    const clock = new FakeClock();
    const pool = anAgentPool(claim.name, { labels: { ...goLabels[kind], ...made, ...time }, ...parts });
    const operation = new Operations().of(claim.uid);
    const snapshot = { askedAt: 0, pools: new Map([[pool.name, pool]]) };
    const sighting = sightPool(snapshot, { pool: claim.name, owner: claim, operation }, clock.monotonic());
    const recorded: RecordedEvent[] = [];
    const pass = { claim: { ...claim, labels: own }, dialect: dialects[kind], pool: claim.name, operation, sighting };
    const context = { nodes: [], signal: new AbortController().signal, logger: quiet };
    tellAdoption({ ...pass, ...context }, { events: { record: (_, event) => recorded.push(event) } });
    const around = {
      poller: { latest: snapshot, failure: undefined, expect() {}, settle() {} },
      gate: new LaunchGate(),
      deadlines: { launchMs: 1000, registrationMs: 1000, initializationMs: 1000 },
      clock,
    };
    const decision = decideLaunch(pass, around, false);
    return { sighting, recorded, decision };
  }

  test('is carried on: no PUT, no DELETE, and it is told', () => {
    const { sighting, recorded, decision } = observe();
    expect(sighting).toMatchObject({ state: 'ours', evidence: 'labels' });
    expect(decision.do).toBe('nothing');
    expect(recorded).toMatchObject([{ type: 'Normal', reason: 'Adopted' }]);
  });

  test('is told when the pools are read: until then the claim waits for our mark, which a new claim gets at once', () => {
    const unread = { sighting: { state: 'unread' } } as const;
    const mark = { 'kaito.sh/kaitonodeclass': 'default' };
    const takenOn = { ...claim, finalizers: ['karpenter.sh/termination'] };
    expect(markOf({ ...unread, claim: takenOn })).toEqual({});
    expect(markOf({ ...observe(), claim: takenOn })).toEqual(mark);
    expect(markOf({ ...unread, claim })).toEqual(mark);
  });

  test('is told once: then the claim has our mark', () => {
    expect(observe({}, { ...claim.labels, 'kaito.sh/kaitonodeclass': 'default' }).recorded).toEqual([]);
  });

  test('is nothing special when it is our own', () => {
    expect(observe({ tags: tagsFor(claim, 0) }).recorded).toEqual([]);
  });

  test('is left alone when it was made for an earlier claim of that name', () => {
    const earlier = { 'kaito.sh/creation-timestamp': '2025-01-01T00-00-00Z' };
    const { sighting, recorded } = observe({ labels: { ...goLabels[kind], ...made, ...earlier } });
    expect(sighting.state).toBe('foreign');
    expect(recorded).toEqual([]);
  });
});

describe('and back: what the Go gpu-provisioner looks for in a NodeClaim and its pool, ours have', () => {
  const claim = claims.NodeClaim;
  const whole = { type: anInstanceType('Standard_NC6s_v3'), capacityType: 'on-demand', zone: undefined } as const;
  const labels = poolLabels(claim, dialects.NodeClaim, whole);

  test('its LIST keeps pools with karpenter.sh/nodepool and a label of KAITO', () => {
    expect(labels).toMatchObject({ 'karpenter.sh/nodepool': 'kaito', 'kaito.sh/workspace': 'a-workspace' });
  });

  test('also for a RAGEngine', () => {
    const rag = { 'kaito.sh/ragengine': 'r', 'karpenter.sh/nodepool': 'kaito' };
    expect(poolLabels({ ...claim, labels: rag }, dialects.NodeClaim, whole)).toMatchObject(rag);
  });

  test('its garbage collection reads the age from kaito.sh/creation-timestamp', () => {
    expect(labels).toMatchObject(time);
  });

  test('its claims have their pool’s labels and the instance type', () => {
    expect(launchLabels(claim, dialects.NodeClaim, whole)).toMatchObject({
      ...labels,
      'node.kubernetes.io/instance-type': 'Standard_NC6s_v3',
    });
  });

  test('it would take over, as we would from it: the labels alone are evidence', () => {
    const sighting = sightPool(
      { askedAt: 0, pools: new Map([[claim.name, anAgentPool(claim.name, { labels })]]) },
      { pool: claim.name, owner: claim, operation: new Operations().of('u1') },
      1,
    );
    expect(sighting).toMatchObject({ state: 'ours', evidence: 'labels' });
  });
});
