import { labels, reservedSelectorLabels, selectableLabels } from './labels.ts';

test('selectableLabels drops the reserved keys and keeps the rest', () => {
  const reserved = Object.fromEntries(reservedSelectorLabels.map(key => [key, 'x']));
  expect(selectableLabels({ ...reserved, apps: 'phi-3' })).toEqual({ apps: 'phi-3' });
  expect(selectableLabels(reserved)).toEqual({});
  expect(selectableLabels(undefined)).toEqual({});
});

test('the reserved keys are those of KAITO; karpenter.kaito.sh/managed-by is not among them', () => {
  expect(reservedSelectorLabels.toSorted()).toEqual([
    'kaito.sh/ragengine',
    'kaito.sh/ragenginenamespace',
    'kaito.sh/workspace',
    'kaito.sh/workspacenamespace',
    'karpenter.kaito.sh/inferenceset',
    'karpenter.kaito.sh/inferenceset-namespace',
    'karpenter.kaito.sh/workspace-name',
    'karpenter.kaito.sh/workspace-namespace',
  ]);
  expect(reservedSelectorLabels).not.toContain(labels.karpenterManagedBy);
});
