import { crds } from './crds.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { walkSchema } from './schema/walk-schema.ts';

/** What Karpenter's CRDs demand of a field (v1alpha5 of v0.29, v1 of v1.7), written down by hand: keyword → value. */
type Constraints = Readonly<
  Record<string, Omit<JsonSchema, 'description' | 'items' | 'properties' | 'additionalProperties'>>
>;

const text = { type: 'string' };
const int32 = { type: 'integer', format: 'int32' };
const list = { type: 'array' };
const object = { type: 'object' };
const quantity = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
  'x-kubernetes-int-or-string': true,
};
const dateTime = { type: 'string', format: 'date-time' };
const labelKey =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$';

const quantities = (path: string): Constraints => ({ [path]: object, [`${path}{}`]: quantity });
const texts = (path: string): Constraints => ({ [path]: object, [`${path}{}`]: text });

const envelope: Constraints = { '.apiVersion': text, '.kind': text, '.metadata': object };
const resources: Constraints = { '.spec.resources': object, ...quantities('.spec.resources.requests') };
const observed: Constraints = {
  '.status': object,
  '.status.nodeName': text,
  '.status.providerID': text,
  ...quantities('.status.capacity'),
  ...quantities('.status.allocatable'),
  '.status.conditions': list,
};

const machineTaints = (path: string): Constraints => ({
  [path]: list,
  [`${path}[]`]: { ...object, required: ['effect', 'key'] },
  [`${path}[].key`]: text,
  [`${path}[].effect`]: text,
  [`${path}[].value`]: text,
  [`${path}[].timeAdded`]: dateTime,
});

const machine: Constraints = {
  '': object,
  ...envelope,
  '.spec': object,
  '.spec.requirements': list,
  '.spec.requirements[]': { ...object, required: ['key', 'operator'] },
  '.spec.requirements[].key': text,
  '.spec.requirements[].operator': text,
  '.spec.requirements[].values': list,
  '.spec.requirements[].values[]': text,
  ...resources,
  ...machineTaints('.spec.taints'),
  ...machineTaints('.spec.startupTaints'),
  '.spec.kubelet': object,
  '.spec.kubelet.clusterDNS': list,
  '.spec.kubelet.clusterDNS[]': text,
  '.spec.kubelet.containerRuntime': text,
  '.spec.kubelet.maxPods': { ...int32, minimum: 0 },
  '.spec.kubelet.podsPerCore': { ...int32, minimum: 0 },
  ...quantities('.spec.kubelet.systemReserved'),
  ...quantities('.spec.kubelet.kubeReserved'),
  ...texts('.spec.kubelet.evictionHard'),
  ...texts('.spec.kubelet.evictionSoft'),
  ...texts('.spec.kubelet.evictionSoftGracePeriod'),
  '.spec.kubelet.evictionMaxPodGracePeriod': int32,
  '.spec.kubelet.imageGCHighThresholdPercent': { ...int32, minimum: 0, maximum: 100 },
  '.spec.kubelet.imageGCLowThresholdPercent': { ...int32, minimum: 0, maximum: 100 },
  '.spec.kubelet.cpuCFSQuota': { type: 'boolean' },
  '.spec.machineTemplateRef': { ...object, required: ['name'] },
  '.spec.machineTemplateRef.apiVersion': text,
  '.spec.machineTemplateRef.kind': text,
  '.spec.machineTemplateRef.name': text,
  ...observed,
  '.status.conditions[]': { ...object, required: ['status', 'type'] },
  '.status.conditions[].type': text,
  '.status.conditions[].status': text,
  '.status.conditions[].reason': text,
  '.status.conditions[].message': text,
  '.status.conditions[].severity': text,
  '.status.conditions[].lastTransitionTime': text,
};

const nodeClaimTaints = (path: string): Constraints => ({
  [path]: list,
  [`${path}[]`]: { ...object, required: ['effect', 'key'] },
  [`${path}[].key`]: { ...text, minLength: 1, pattern: labelKey },
  [`${path}[].effect`]: { ...text, enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
  [`${path}[].value`]: { ...text, pattern: labelKey },
  [`${path}[].timeAdded`]: dateTime,
});

const nodeClaim: Constraints = {
  '': { ...object, required: ['spec'] },
  ...envelope,
  '.spec': { ...object, required: ['nodeClassRef', 'requirements'] },
  '.spec.nodeClassRef': { ...object, required: ['group', 'kind', 'name'] },
  '.spec.nodeClassRef.group': { ...text, pattern: '^[^/]*$' },
  '.spec.nodeClassRef.kind': text,
  '.spec.nodeClassRef.name': text,
  '.spec.requirements': { ...list, maxItems: 100 },
  '.spec.requirements[]': { ...object, required: ['key', 'operator'] },
  '.spec.requirements[].key': { ...text, maxLength: 316, pattern: labelKey },
  '.spec.requirements[].operator': { ...text, enum: ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] },
  '.spec.requirements[].values': {
    ...list,
    'x-kubernetes-list-type': 'atomic',
    maxLength: 63,
    pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
  },
  '.spec.requirements[].values[]': text,
  '.spec.requirements[].minValues': { type: 'integer', minimum: 1, maximum: 50 },
  ...resources,
  ...nodeClaimTaints('.spec.taints'),
  ...nodeClaimTaints('.spec.startupTaints'),
  '.spec.expireAfter': { ...text, default: '720h', pattern: '^(([0-9]+(s|m|h))+|Never)$' },
  '.spec.terminationGracePeriod': { ...text, pattern: '^([0-9]+(s|m|h))+$' },
  ...observed,
  '.status.imageID': text,
  '.status.lastPodEventTime': dateTime,
  '.status.conditions[]': { ...object, required: ['lastTransitionTime', 'status', 'type'] },
  '.status.conditions[].type': {
    ...text,
    maxLength: 316,
    pattern:
      '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
  },
  '.status.conditions[].status': { ...text, enum: ['True', 'False', 'Unknown'] },
  '.status.conditions[].reason': {
    ...text,
    maxLength: 1024,
    pattern: '^([A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?|)$',
  },
  '.status.conditions[].message': { ...text, maxLength: 32768 },
  '.status.conditions[].lastTransitionTime': dateTime,
  '.status.conditions[].observedGeneration': { type: 'integer', format: 'int64', minimum: 0 },
};

/** Everything that a schema demands, by path; the rules in CEL are another test's matter. */
function constraintsOf(kind: string): Record<string, object> {
  const schema = crds.find(crd => crd.spec.names.kind === kind)!.spec.versions[0]!.schema.openAPIV3Schema;
  return Object.fromEntries([...walkSchema(schema)].map(({ path, schema: node }) => [path, demands(node)]));
}

function demands(schema: JsonSchema): object {
  const { description: _d, items: _i, properties: _p, additionalProperties: _a, ...rest } = schema;
  const { 'x-kubernetes-validations': _rules, required, ...keywords } = rest;
  return required ? { ...keywords, required: required.toSorted() } : keywords;
}

test('a Machine is held to what v1alpha5 demands, field by field', () => {
  expect(constraintsOf('Machine')).toEqual(machine);
});

test('a NodeClaim is held to what v1 demands, field by field', () => {
  expect(constraintsOf('NodeClaim')).toEqual(nodeClaim);
});

test('the rules of Machine and NodeClaim in CEL: how many, and where', () => {
  const found = crds
    .slice(0, 2)
    .flatMap(crd =>
      [...walkSchema(crd.spec.versions[0]!.schema.openAPIV3Schema)]
        .filter(({ schema }) => schema['x-kubernetes-validations'])
        .map(
          ({ path, schema }) => [`${crd.spec.names.kind}${path}`, schema['x-kubernetes-validations']?.length] as const,
        ),
    );
  expect(Object.fromEntries(found)).toEqual({
    'NodeClaim.spec': 1,
    'NodeClaim.spec.nodeClassRef.group': 1,
    'NodeClaim.spec.nodeClassRef.kind': 1,
    'NodeClaim.spec.nodeClassRef.name': 1,
    'NodeClaim.spec.requirements': 3,
    'NodeClaim.spec.requirements[].key': 4,
  });
});
