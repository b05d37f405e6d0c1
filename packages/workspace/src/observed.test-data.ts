import type { Workspace } from '@kaito/crds';
// oxlint-disable-next-line eslint/no-restricted-imports -- only tests use this file
import { aWorkspace, override, type Overrides } from '@kaito/testing';
import type { Observed } from './observed.ts';

/** A workspace that there is: it has a uid. */
export function someone(overrides?: Overrides<Workspace>): Workspace {
  return override(aWorkspace({ metadata: { uid: 'uid-1' } }), overrides);
}

/** What there is of a workspace of which nothing is there yet. */
export function anObserved(overrides: Partial<Observed> = {}): Observed {
  return {
    workspace: someone(),
    claims: [],
    nodePool: undefined,
    nodes: [],
    pods: [],
    statefulSet: undefined,
    service: undefined,
    headlessService: undefined,
    deployment: undefined,
    job: undefined,
    trainingConfig: undefined,
    model: undefined,
    config: { state: 'none' },
    secrets: [],
    logTail: undefined,
    ...overrides,
  };
}
