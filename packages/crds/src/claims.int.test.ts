import { isInvalid } from '@kaito/kube';
import { useStack } from '@kaito/testing';
import { machines } from './machine/machine.ts';
import { nodeClaims } from './node-claim/node-claim.ts';
import { kaitoNodeClasses } from './node-class/kaito-node-class.ts';
import { requirementOperators } from './requirement.ts';

const stack = useStack({
  kwok: false,
  emulator: false,
  controllerManager: false,
  provisioner: false,
  workspace: false,
});

let made = 0;

/** Creates an object whether the schema allows it or not; the types of the kinds could not say the refused ones. */
function create(
  resource: typeof machines | typeof nodeClaims | typeof kaitoNodeClasses,
  fields: object,
): Promise<unknown> {
  const { group, version, plural, kind } = resource;
  const object = { apiVersion: `${group}/${version}`, kind, metadata: { name: `c${(made += 1)}` }, ...fields };
  return stack().client.raw('POST', `/apis/${group}/${version}/${plural}`, object);
}

/** The refusal of the API server; fails when it took the object. */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  const outcome: unknown = await attempt.then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  expect(isInvalid(outcome)).toBe(true);
  return String(outcome);
}

const instanceType = { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC6s_v3'] };

describe('Machine', () => {
  const spec = {
    machineTemplateRef: { name: 'wsa1b2c3d4e' },
    requirements: [instanceType, { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }],
    resources: { requests: { storage: '50Gi', cpu: '2310m', pods: 7 } },
    taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
  };

  test.each([
    ['what KAITO writes', spec],
    ['no spec at all', undefined],
    [
      'an operator, an effect and a key that v1alpha5 does not check',
      { requirements: [{ key: 'a b', operator: 'Near' }], taints: [{ key: '', effect: 'Soon' }] },
    ],
    [
      'kubelet settings at their limits',
      { kubelet: { maxPods: 0, imageGCHighThresholdPercent: 100, evictionHard: { 'memory.available': '5%' } } },
    ],
  ])('accepts %s', async (_what, accepted) => {
    expect(await create(machines, { spec: accepted })).toMatchObject(
      accepted ? { spec: accepted } : { kind: 'Machine' },
    );
  });

  test.each([
    ['a requirement without a key', { requirements: [{ operator: 'In' }] }, 'spec.requirements[0].key: Required value'],
    [
      'a requirement without an operator',
      { requirements: [{ key: 'a' }] },
      'spec.requirements[0].operator: Required value',
    ],
    ['a taint without an effect', { taints: [{ key: 'a' }] }, 'spec.taints[0].effect: Required value'],
    [
      'a quantity that is none',
      { resources: { requests: { storage: 'lots' } } },
      'spec.resources.requests.storage: Invalid value',
    ],
    [
      'a template without a name',
      { machineTemplateRef: { kind: 'KaitoNodeClass' } },
      'spec.machineTemplateRef.name: Required value',
    ],
    ['a percentage above 100', { kubelet: { imageGCLowThresholdPercent: 101 } }, 'less than or equal to 100'],
    ['a negative number of pods', { kubelet: { maxPods: -1 } }, 'greater than or equal to 0'],
    [
      'a time that is none',
      { startupTaints: [{ key: 'a', effect: 'NoSchedule', timeAdded: 'soon' }] },
      'must be of type date-time',
    ],
  ])('refuses %s', async (_what, spoiled, message) => {
    expect(await refusal(create(machines, { spec: spoiled }))).toContain(message);
  });

  test('its spec may change', async () => {
    await stack().client.create(machines, { metadata: { name: 'editable' }, spec });
    const edited = await stack().client.patch(machines, { name: 'editable' }, { spec: { requirements: [] } });
    expect(edited.spec?.requirements).toEqual([]);
  });

  test('its conditions may lack a time and carry a severity; its columns are those of Karpenter', async () => {
    await stack().client.create(machines, {
      metadata: { name: 'shown', labels: { 'topology.kubernetes.io/zone': 'westus3-1' } },
      spec,
    });
    const conditions = [{ type: 'Ready', status: 'False', severity: 'Warning' }];
    const patch = { status: { conditions, nodeName: 'node-a' } };
    await stack().client.patch(machines, { name: 'shown' }, patch, { subresource: 'status' });
    const lines = await table('get', 'machines', 'shown');
    expect(lines[0]).toBe('NAME TYPE ZONE NODE READY AGE');
    expect(lines[1]).toMatch(/^shown westus3-1 node-a False \d+s$/);
    expect((await table('get', 'machines', '-o', 'wide'))[0]).toMatch(/ AGE CAPACITY PROVISIONER TEMPLATE$/);
  });
});

describe('NodeClaim', () => {
  const nodeClassRef = { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' };
  const spec = {
    nodeClassRef,
    requirements: [instanceType, { key: 'karpenter.sh/nodepool', operator: 'In', values: ['kaito'] }],
    resources: { requests: { storage: '1024Gi' } },
    taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
  };
  const requiring = (...requirements: readonly object[]) => ({ nodeClassRef, requirements });
  const keyed = (key: string) => requiring({ key, operator: 'Exists' });

  test.each([
    ['what KAITO writes', spec],
    ['every operator', requiring(...requirementOperators.map(operator => ({ key: 'a', operator, values: ['1'] })))],
    ['as many values as minValues asks for', requiring({ ...instanceType, values: ['a', 'b'], minValues: 2 })],
    ['100 requirements', requiring(...Array.from({ length: 100 }, () => instanceType))],
    [
      'a value of 64 characters, which the limit on the list does not reach',
      requiring({ ...instanceType, values: ['a'.repeat(64)] }),
    ],
    [
      'keys of the domains for nodes',
      requiring(
        ...[
          'node.kubernetes.io/a',
          'node-restriction.kubernetes.io/a',
          'a.kops.k8s.io/b',
          'karpenter.sh/capacity-type',
          'beta.kubernetes.io/arch',
          'karpenter.azure.com/sku-name',
        ].map(key => ({ key, operator: 'Exists' })),
      ),
    ],
    ['durations, and no expiry', { ...spec, expireAfter: 'Never', terminationGracePeriod: '1h30m' }],
  ])('accepts %s', async (_what, accepted) => {
    expect(await create(nodeClaims, { spec: accepted })).toMatchObject({ spec: accepted });
  });

  test.each([
    ['no spec', undefined, 'spec: Required value'],
    ['no node class', { requirements: [] }, 'spec.nodeClassRef: Required value'],
    ['no requirements', { nodeClassRef }, 'spec.requirements: Required value'],
    ['an empty group', { ...spec, nodeClassRef: { ...nodeClassRef, group: '' } }, 'group must not be empty'],
    [
      'a group with its version',
      { ...spec, nodeClassRef: { ...nodeClassRef, group: 'kaito.sh/v1' } },
      'spec.nodeClassRef.group: Invalid value',
    ],
    ['an empty kind', { ...spec, nodeClassRef: { ...nodeClassRef, kind: '' } }, 'kind must not be empty'],
    ['an empty name', { ...spec, nodeClassRef: { ...nodeClassRef, name: '' } }, 'name must not be empty'],
    ['101 requirements', requiring(...Array.from({ length: 101 }, () => instanceType)), 'must have at most 100 items'],
    [
      'an operator of a later version',
      requiring({ key: 'a', operator: 'Gte', values: ['1'] }),
      'supported values: "In"',
    ],
    ['In without values', requiring({ ...instanceType, values: [] }), "operator 'In' needs at least one value"],
    [
      'Gt with two values',
      requiring({ key: 'a', operator: 'Gt', values: ['1', '2'] }),
      "operators 'Gt' and 'Lt' need exactly one value",
    ],
    [
      'Lt with a negative value',
      requiring({ key: 'a', operator: 'Lt', values: ['-1'] }),
      "operators 'Gt' and 'Lt' need exactly one value",
    ],
    [
      'more minValues than values',
      requiring({ ...instanceType, minValues: 2 }),
      "'minValues' must not exceed the number of values",
    ],
    ['minValues of 51', requiring({ ...instanceType, minValues: 51 }), 'less than or equal to 50'],
    ['minValues of 0', requiring({ ...instanceType, minValues: 0 }), 'greater than or equal to 1'],
    ['the host name', keyed('kubernetes.io/hostname'), 'kubernetes.io/hostname cannot be required'],
    [
      'another label of kubernetes.io',
      keyed('kubernetes.io/foo'),
      'of the domain kubernetes.io only well-known node labels',
    ],
    ['a label of k8s.io', keyed('foo.k8s.io/bar'), 'of the domain k8s.io only kops.k8s.io/*'],
    [
      'another label of karpenter.sh',
      keyed('karpenter.sh/initialized'),
      'of the domain karpenter.sh only karpenter.sh/capacity-type and karpenter.sh/nodepool',
    ],
    ['a key that is no label', keyed('a b'), 'spec.requirements[0].key: Invalid value'],
    ['a key of 317 characters', keyed(`${'a.'.repeat(130)}a/${'b'.repeat(55)}`), 'may not be more than 316'],
    [
      'a taint without a key',
      { ...spec, taints: [{ key: '', effect: 'NoSchedule' }] },
      'spec.taints[0].key: Invalid value',
    ],
    [
      'a taint of unknown effect',
      { ...spec, startupTaints: [{ key: 'a', effect: 'Soon' }] },
      'supported values: "NoSchedule"',
    ],
    ['an expiry in days', { ...spec, expireAfter: '30d' }, 'spec.expireAfter: Invalid value'],
    [
      'a grace period without an end',
      { ...spec, terminationGracePeriod: 'Never' },
      'spec.terminationGracePeriod: Invalid value',
    ],
    [
      'a quantity that is none',
      { ...spec, resources: { requests: { storage: 'lots' } } },
      'spec.resources.requests.storage: Invalid value',
    ],
  ])('refuses %s', async (_what, spoiled, message) => {
    expect(await refusal(create(nodeClaims, { spec: spoiled }))).toContain(message);
  });

  test('gets an expiry of 720h, and its spec cannot change', async () => {
    const metadata = { name: 'fixed' };
    await create(nodeClaims, { metadata, spec });
    expect((await stack().client.get(nodeClaims, metadata)).spec.expireAfter).toBe('720h');
    const edit = stack().client.patch(nodeClaims, metadata, { spec: { expireAfter: 'Never' } });
    expect(await refusal(edit)).toContain('spec cannot be changed; make a new NodeClaim');
  });

  test('refuses a condition of a status that is none; its columns are those of Karpenter', async () => {
    const metadata = { name: 'shown' };
    await create(nodeClaims, { metadata, spec });
    const ready = { type: 'Ready', status: 'Unknown', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const write = (condition: object) =>
      stack().client.patch(nodeClaims, metadata, { status: { conditions: [condition] } }, { subresource: 'status' });
    expect(await refusal(write({ ...ready, status: 'Maybe' }))).toContain(
      'supported values: "True", "False", "Unknown"',
    );
    expect(await refusal(write({ type: 'Ready', status: 'True' }))).toContain('lastTransitionTime: Required value');
    await write(ready);
    const lines = await table('get', 'nodeclaims', 'shown');
    expect(lines[0]).toBe('NAME TYPE CAPACITY ZONE NODE READY AGE');
    expect(lines[1]).toMatch(/^shown Unknown \d+s$/);
    expect((await table('get', 'nodeclaims', '-o', 'wide'))[0]).toMatch(/ AGE IMAGEID ID NODEPOOL NODECLASS DRIFTED$/);
  });
});

describe('KaitoNodeClass', () => {
  test.each([{}, { spec: {} }, { spec: {}, status: {} }])('accepts %j', async fields => {
    expect(await create(kaitoNodeClasses, fields)).toMatchObject({ kind: 'KaitoNodeClass' });
  });

  test('is called knc for short', async () => {
    await create(kaitoNodeClasses, { metadata: { name: 'default' } });
    expect((await table('get', 'knc', 'default'))[0]).toBe('NAME AGE');
  });
});

/** What kubectl prints, line by line, with single spaces. */
async function table(...args: string[]): Promise<string[]> {
  const output = await stack().kubectl(...args);
  return output
    .trim()
    .split('\n')
    .map(line => line.trim().replaceAll(/ +/g, ' '));
}
