import { FakeClock, aWorkspace } from '@kaito/testing';
import type { Resource } from '@kaito/kube';
import { MemoryClient } from './memory-client.test-data.ts';
import { toolsFor } from './tools.test-data.ts';
import { applyNodeClasses, nodeClassOf, parseNodeClasses } from './node-classes.ts';

const resource: Resource = { group: 'g.example', version: 'v1', plural: 'classes', kind: 'Class', namespaced: false };
const text = JSON.stringify([{ name: 'a', default: true, spec: { disk: 300 } }, { name: 'b' }]);
const nodeClasses = { resource, classes: parseNodeClasses(text) };

const named = (name: string) => aWorkspace({ metadata: { annotations: { 'kaito.sh/node-class-name': name } } });

describe('parseNodeClasses', () => {
  it('reads name, default and spec', () => {
    expect(nodeClasses.classes).toEqual([
      { name: 'a', isDefault: true, spec: { disk: 300 } },
      { name: 'b', isDefault: false },
    ]);
  });

  it.each([
    ['{', 'expected a JSON list'],
    ['{"name":"a"}', 'expected a JSON list'],
    ['[]', '0 node classes have "default": true'],
    ['[null]', 'entry 0: "name" must be'],
    ['[{"name":"A b","default":true}]', 'entry 0: "name" must be'],
    ['[{"name":"a","default":"yes"}]', '"default" must be true or false'],
    ['[{"name":"a","default":true,"spec":[]}]', '"spec" must be an object'],
    ['[{"name":"a","default":true},{"name":"a"}]', 'node class "a" is there twice'],
    ['[{"name":"a","default":true},{"name":"b","default":true}]', '2 node classes have "default": true'],
  ])('refuses %s', (bad, message) => {
    expect(() => parseNodeClasses(bad)).toThrow(message);
  });
});

describe('nodeClassOf', () => {
  it('is the one that the workspace names, the default, or none', () => {
    expect(nodeClassOf(named('b'), nodeClasses)).toEqual({ group: 'g.example', kind: 'Class', name: 'b' });
    expect(nodeClassOf(aWorkspace(), nodeClasses)?.name).toBe('a');
    expect(nodeClassOf(named(''), nodeClasses)?.name).toBe('a');
    expect(nodeClassOf(named('c'), nodeClasses)).toBeUndefined();
  });
});

describe('applyNodeClasses', () => {
  it('makes what is missing and changes what is not as configured', async () => {
    const server = new MemoryClient([resource, { metadata: { name: 'a' } }]);
    const { tools } = toolsFor(server, new FakeClock());
    await applyNodeClasses(server.client, nodeClasses, tools.signal);
    expect(server.all(resource)).toMatchObject([
      {
        metadata: {
          name: 'a',
          labels: { 'karpenter.kaito.sh/managed-by': 'kaito', 'karpenter.kaito.sh/default': 'true' },
        },
        spec: { disk: 300 },
      },
      { metadata: { name: 'b', labels: { 'karpenter.kaito.sh/managed-by': 'kaito' } } },
    ]);
  });
});
