import { workspaceStates } from '@kaito/crds';
import type { StatefulSet } from '@kaito/kube';
import { override } from '@kaito/testing';
import * as fc from 'fast-check';
import type { Observed } from '../observed.ts';
import { phaseNames } from './startup/phases.ts';
import {
  inputOf,
  nodeOf,
  plan,
  podOf,
  readyClaim,
  serving,
  start,
  statefulSet,
  troubledPod,
  waitingClaim,
  workspace,
} from './status.test-data.ts';
import type { StatusInput } from './status-input.ts';
import { workspaceStatus } from './workspace-status.ts';

const text = fc.string({ maxLength: 3000, unit: 'binary' });
const word = fc.oneof(fc.constantFrom('LaunchFailed', 'SubscriptionQuotaReached', 'CrashLoopBackOff'), text);

const claims = fc.array(
  fc.oneof(
    fc.constant(readyClaim),
    fc.tuple(word, text).map(([reason, message]) => waitingClaim(reason, message)),
  ),
  { maxLength: 3 },
);
const nodes = fc.array(
  fc.record({
    node: fc.constantFrom(
      nodeOf(),
      nodeOf({ spec: { unschedulable: true } }),
      nodeOf({ status: { conditions: [] } }),
      nodeOf({ status: { allocatable: {} } }),
    ),
    tie: fc.constantFrom('claimed', 'reserved', 'free'),
  }),
  { maxLength: 3 },
);
const pods = fc.array(
  fc.oneof(
    fc.constant(podOf()),
    fc.tuple(word, text).map(([reason, message]) => troubledPod({ state: { waiting: { reason, message } } })),
    fc.record({ exitCode: fc.nat(255), reason: text }).map(terminated => troubledPod({ state: { terminated } })),
  ),
  { maxLength: 3 },
);
const sets = fc.option(
  fc.nat(2).map((readyReplicas): StatefulSet => override(statefulSet, { status: { readyReplicas } })),
  { nil: undefined },
);
const results = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ ok: true, plan } as const) },
  fc.constant({ ok: false, pending: true, problems: [] } as const),
  text.map(message => ({ ok: false, problems: [{ code: 'PresetUnknown', field: 'x', message }] }) as const),
);
const worlds: fc.Arbitrary<StatusInput> = fc
  .tuple(fc.record({ claims, nodes, pods, statefulSet: sets, logTail: fc.option(text, { nil: undefined }) }), results)
  .map(([change, result]) => inputOf(serving(change), { result }));

/** The same world, in which the status has been written. */
function written(input: StatusInput, status: ReturnType<typeof workspaceStatus>): StatusInput {
  const observed: Observed = { ...input.observed, workspace: { ...workspace, status } };
  return { ...input, observed };
}

describe('whatever there is, the status', () => {
  it('stays as it is once it is written, until something else happens', () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 0, max: 86_400 }), (input, later) => {
        const first = workspaceStatus(input, start);
        const { diagnosis, ...again } = workspaceStatus(written(input, first), start + later * 1000);
        // A try that was due meanwhile has a next one.
        const retryAt = diagnosis?.retryAt && { retryAt: diagnosis.retryAt };
        expect({ ...again, ...(diagnosis && { diagnosis }) }).toEqual({
          ...first,
          ...(first.diagnosis && { diagnosis: { ...first.diagnosis, ...retryAt } }),
        });
      }),
    );
  });

  it('is one that the API server takes', () => {
    fc.assert(
      fc.property(worlds, input => {
        const { conditions = [], state, startup, diagnosis } = workspaceStatus(input, start);
        for (const { reason, message } of conditions) {
          expect(reason).toMatch(/^[A-Za-z](?:[A-Za-z0-9_,:]*[A-Za-z0-9_])?$/);
          expect(message.length).toBeLessThanOrEqual(2048);
          // Half a character would come back from the API server as another one, and be written again for ever.
          expect(message).toBe(message.toWellFormed());
        }
        expect(workspaceStates).toContain(state);
        expect(startup?.phases.map(({ name }) => name)).toEqual(phaseNames);
        const messages = startup?.phases.map(({ message = '' }) => message) ?? [];
        const told = [...Object.values(diagnosis ?? {}).map(String), ...messages];
        expect(told.join('').length).toBeLessThan(10_000);
        expect(told.filter(words => words !== words.toWellFormed())).toEqual([]);
      }),
    );
  });

  it('has a diagnosis exactly when the workspace is not ready', () => {
    fc.assert(
      fc.property(worlds, input => {
        const { state, diagnosis } = workspaceStatus(input, start);
        expect(diagnosis === undefined).toBe(state === 'Ready');
      }),
    );
  });
});
