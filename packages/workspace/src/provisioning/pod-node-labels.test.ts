import type { StatefulSet } from '@kaito/kube';
import { aWorkspace } from '@kaito/testing';
import { karpenterOwnershipLabels, ownershipLabels } from '../render/ownership.ts';
import { podNodeLabels } from './pod-node-labels.ts';

const workspace = aWorkspace();
const ours = ownershipLabels(workspace);
const karpenters = karpenterOwnershipLabels(workspace);

/** A workload whose pods require these labels of their nodes. */
function asking(labels: Readonly<Record<string, string>>): StatefulSet {
  const matchExpressions = Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
  };
  const template = { metadata: {}, spec: { containers: [], affinity: { nodeAffinity } } };
  return { metadata: { name: 'w' }, spec: { serviceName: 'w', selector: {}, template } };
}

test.each([
  ['Karpenter', karpenters, ours],
  ['gpu-provisioner', ours, karpenters],
])('a workload keeps to the labels that it was made with, also with %s', (_, own, live) => {
  expect(podNodeLabels({ workspace, statefulSet: asking({ apps: 'a', ...live }) }, own)).toEqual(live);
});

test('a first workload, or one that asks for none of them, gets those of the present provisioner', () => {
  expect(podNodeLabels({ workspace, statefulSet: undefined }, karpenters)).toEqual(karpenters);
  expect(podNodeLabels({ workspace, statefulSet: asking({ apps: 'a' }) }, ours)).toEqual(ours);
});

test('the labels of another workspace are none of its own', () => {
  const other = aWorkspace({ metadata: { name: 'other' } });
  expect(podNodeLabels({ workspace, statefulSet: asking(ownershipLabels(other)) }, karpenters)).toEqual(karpenters);
});
