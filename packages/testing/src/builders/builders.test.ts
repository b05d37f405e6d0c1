import { labels } from '@kaito/crds';
import { aGpuNode, aNode } from './node.ts';
import { aMachine } from './machine.ts';
import { override } from './override.ts';
import { aPod } from './pod.ts';
import { aWorkspace, aWorkspaceV1alpha1 } from './workspace.ts';

describe('override', () => {
  const base = { a: 1, inner: { b: [1, 2], c: 'x' } };

  test('puts parts over a value at any depth and replaces arrays', () => {
    expect(override(base, { inner: { b: [3] } })).toEqual({ a: 1, inner: { b: [3], c: 'x' } });
  });

  test('takes away what is undefined', () => {
    const { inner } = override<{ readonly inner: { readonly c?: string } }>(base, { inner: { c: undefined } });
    expect(Object.keys(inner)).toEqual(['b']);
  });

  test('changes neither', () => {
    const overrides = { inner: { c: 'y' } };
    const result = override(base, overrides);
    expect(result.inner.c).toBe('y');
    expect(base).toEqual({ a: 1, inner: { b: [1, 2], c: 'x' } });
    expect(overrides).toEqual({ inner: { c: 'y' } });
  });
});

describe('builders', () => {
  test('give an object that is complete, and take overrides', () => {
    const machine = aMachine({ metadata: { name: 'wsabc', labels: { [labels.workspace]: undefined } } });
    expect(machine.metadata.name).toBe('wsabc');
    expect(machine.metadata.labels).not.toHaveProperty([labels.workspace]);
    expect(machine.metadata.labels).toHaveProperty([labels.provisionerName], 'default');
    expect(machine.spec?.requirements).toContainEqual({
      key: labels.instanceType,
      operator: 'In',
      values: ['Standard_NC6s_v3'],
    });
  });

  test('give a new object each time', () => {
    expect(aPod()).toEqual(aPod());
    expect(aPod()).not.toBe(aPod());
  });

  test('a GPU node belongs to its pool', () => {
    const node = aGpuNode('ws1', { metadata: { labels: { extra: 'yes' } } });
    expect(node.metadata.name).toBe('aks-ws1-12345678-vmss000000');
    expect(node.metadata.labels).toMatchObject({
      agentpool: 'ws1',
      extra: 'yes',
      [labels.hostname]: node.metadata.name,
    });
    expect(node.spec?.providerID).toMatch(/^azure:\/\/\/subscriptions\/.*aks-ws1-12345678-vmss\/virtualMachines\/0$/);
    expect(node.metadata.annotations).toEqual(aNode().metadata.annotations);
  });

  test('both versions of a workspace say the same', () => {
    expect({ ...aWorkspaceV1alpha1(), apiVersion: 'kaito.sh/v1beta1' }).toEqual(aWorkspace());
  });
});
