import type { StatefulSet } from '@kaito/kube';
import { assert, boolean, constantFrom, integer, property, record, subarray, uniqueArray } from 'fast-check';
import type { Claim } from '../claims/claim.ts';
import { claimNames } from '../claims/claim-name.ts';
import type { Observed } from '../observed.ts';
import { anObserved, someone } from '../observed.test-data.ts';
import {
  aClaim,
  aPlan,
  aPodOn,
  aPooledClaim,
  aReadyNode,
  large,
  now,
  seen,
  small,
  withNode,
} from './builders.test-data.ts';
import { matchingNodes } from './matching-nodes.ts';
import { nodeSteps } from './node-steps.ts';

const derived = claimNames(someone(), 4, aPlan().nodes);
const statefulSet: StatefulSet = { metadata: { name: 'a-workspace' } };

/** A claim of any size and state, by derived names and others; with a node or without. */
const anyClaim = record({
  name: constantFrom(...derived, 'byhand', 'older'),
  instanceType: constantFrom(small, large, undefined),
  capacityType: constantFrom('on-demand' as const, 'spot' as const),
  deleting: boolean(),
  pooled: boolean(),
  state: constantFrom('new', 'joined', 'ready'),
}).map(({ name, pooled, state, ...change }): Claim => {
  const joined = state === 'new' ? {} : { ...withNode(name), ready: state === 'ready' && !change.deleting };
  return (pooled ? aPooledClaim : aClaim)(pooled ? `pool-${name}` : name, { ...joined, ...change });
});

const anyFound = record({
  name: constantFrom('found-1', 'found-2', 'found-3'),
  tie: constantFrom('free' as const, 'reserved' as const),
  instanceType: constantFrom(small, large),
  ready: boolean(),
});

const anyWorld = record({
  claims: uniqueArray(anyClaim, { selector: ({ name }) => name, maxLength: 8 }),
  found: uniqueArray(anyFound, { selector: ({ name }) => name, maxLength: 3 }),
  occupied: subarray([...derived, 'byhand', 'older', 'found-1', 'found-2']),
  serving: boolean(),
}).map(({ claims, found, occupied, serving }): Observed => {
  const made = claims.flatMap(({ nodeName, ready, instanceType }) =>
    nodeName ? [seen(aReadyNode(nodeName, { ready, instanceType: instanceType ?? small }), 'claimed')] : [],
  );
  const others = found.map(({ name, tie, ...shape }) => seen(aReadyNode(name, shape), tie));
  const pods = occupied.map((name, ordinal) => aPodOn(name, ordinal));
  return anObserved({ claims, nodes: [...made, ...others], pods, statefulSet: serving ? statefulSet : undefined });
});

/** The world after the steps: found nodes first, then claims, as `ensure` takes them. */
function take(observed: Observed, count: number): { readonly next: Observed; readonly changed: boolean } {
  const plan = aPlan({ count });
  const steps = nodeSteps(observed, plan, 'claims', now);
  const found = matchingNodes(observed, plan).slice(0, steps.missing);
  const made = steps.names.slice(0, steps.missing - found.length).map(name => aClaim(name));
  const nodes = observed.nodes.map(entry => {
    if (found.includes(entry)) return { ...entry, tie: 'reserved' as const };
    return steps.release.includes(entry) ? { ...entry, tie: 'free' as const } : entry;
  });
  const claims = [...observed.claims.filter(claim => !steps.remove.includes(claim)), ...made];
  return {
    next: { ...observed, nodes, claims },
    changed: made.length + found.length + steps.remove.length + steps.release.length > 0,
  };
}

function isCurrent({ deleting, instanceType, capacityType }: Claim): boolean {
  return !deleting && instanceType === small && capacityType === 'on-demand';
}

/** What stands for nodes of the wanted size. */
function supply({ claims, nodes }: Observed): number {
  const alive = claims.filter(claim => isCurrent(claim));
  const reserved = nodes.filter(({ node, tie }) => {
    return tie === 'reserved' && node.metadata.labels?.['node.kubernetes.io/instance-type'] === small;
  });
  return alive.length + reserved.length;
}

const anyCount = integer({ min: 1, max: 4 });

describe('nodeSteps, whatever there is', () => {
  it('asks for as many nodes as are wanted and never for more', () => {
    assert(
      property(anyWorld, anyCount, (world, count) => {
        const { next } = take(world, count);
        expect(supply(next)).toBeLessThanOrEqual(Math.max(count, supply(world)));
        const names = next.claims.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 500 },
    );
  });

  it('takes nothing away on which a pod is', () => {
    assert(
      property(anyWorld, anyCount, (world, count) => {
        const { remove, release } = nodeSteps(world, aPlan({ count }), 'claims', now);
        const taken = [...remove.map(({ nodeName }) => nodeName), ...release.map(({ node }) => node.metadata.name)];
        const occupied = world.pods.map(({ spec }) => spec?.nodeName);
        expect(taken.filter(name => name !== undefined && occupied.includes(name))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('comes to rest, with enough nodes unless names are not free yet', () => {
    assert(
      property(anyWorld, anyCount, (world, count) => {
        let { next, changed } = take(world, count);
        for (let pass = 0; changed && pass < 6; pass++) ({ next, changed } = take(next, count));
        expect(changed).toBe(false);
        const blocked = next.claims.filter(claim => derived.includes(claim.name) && !isCurrent(claim)).length;
        expect(supply(next) + blocked).toBeGreaterThanOrEqual(count);
      }),
      { numRuns: 500 },
    );
  });

  it('gives a pool a size that holds all its nodes with pods, and no more than that and what is wanted', () => {
    assert(
      property(anyWorld, anyCount, (world, count) => {
        const { pool } = nodeSteps(world, aPlan({ count }), 'pool', now);
        const pooled = world.claims.filter(
          ({ nodePool, deleting, instanceType }) => nodePool && !deleting && instanceType,
        );
        const occupied = world.pods.map(({ spec }) => spec?.nodeName);
        const busy = pooled.filter(({ nodeName }) => occupied.includes(nodeName)).length;
        expect(pool.replicas).toBeGreaterThanOrEqual(busy);
        expect(pool.replicas).toBeLessThanOrEqual(count + pooled.length);
      }),
      { numRuns: 500 },
    );
  });
});
