import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { crds } from './crds.ts';
import { walkSchema } from './schema/walk-schema.ts';

const folder = new URL('../../../crds/', import.meta.url);

const versions = crds.flatMap(crd =>
  crd.spec.versions.map(version => ({ name: `${crd.spec.names.kind} ${version.name}`, version, crd })),
);
const schemas = versions.map(({ name, version }) => [name, version.schema.openAPIV3Schema] as const);

describe('the checked-in YAML', () => {
  test.each(crds.map(crd => [`${crd.spec.group}_${crd.spec.names.plural}.yaml`, crd] as const))(
    '%s says what the schemas say (fix: npm run generate)',
    (file, crd) => {
      expect(parse(readFileSync(new URL(file, folder), 'utf8'))).toEqual(crd);
    },
  );

  test('there is one file for each kind', () => {
    expect(readdirSync(folder)).toHaveLength(crds.length);
  });
});

describe('every schema is structural', () => {
  test.each(schemas)('%s has a type everywhere, and choices without anyOf', (_name, schema) => {
    const offenders = [...walkSchema(schema)].filter(({ schema: node }) => {
      const intOrString = node['x-kubernetes-int-or-string'] === true;
      return intOrString ? node.type !== undefined : node.type === undefined || node.anyOf !== undefined;
    });
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  test.each(schemas)('%s uses no keyword that the API server refuses', (_name, schema) => {
    const refused = /"(const|oneOf|not|allOf|patternProperties|\$ref|\$id|definitions|uniqueItems|readOnly|~\w+)":/;
    expect(JSON.stringify(schema).match(refused)?.[0]).toBeUndefined();
  });

  test.each(schemas)('%s never mixes properties with additionalProperties', (_name, schema) => {
    const mixed = [...walkSchema(schema)].filter(({ schema: node }) => node.properties && node.additionalProperties);
    expect(mixed.map(({ path }) => path)).toEqual([]);
  });

  test.each(schemas)('%s says of metadata only that it is there', (_name, schema) => {
    expect(schema.properties?.['metadata']).toEqual({ type: 'object' });
  });
});

test.each(schemas)('%s describes every field in a sentence', (_name, schema) => {
  const named = [...walkSchema(schema)].filter(({ path }) => !path.endsWith('[]') && !path.endsWith('{}'));
  const mute = named.filter(
    ({ path, schema: node }) => path !== '.metadata' && !/^[A-Z].*\.$/s.test(node.description ?? ''),
  );
  expect(mute.map(({ path }) => path)).toEqual([]);
});

test('every CEL rule has a message of its own in its schema', () => {
  for (const [name, schema] of schemas) {
    const lists = [...walkSchema(schema)].map(({ schema: node }) => node['x-kubernetes-validations'] ?? []);
    for (const rules of lists) {
      expect([name, new Set(rules.map(({ message }) => message)).size]).toEqual([name, rules.length]);
      expect(rules.filter(({ message }) => message.length < 10 || message.includes('\n'))).toEqual([]);
    }
  }
});

test('what a kind is called', () => {
  const names = crds.map(({ metadata, spec }) => ({ name: metadata.name, scope: spec.scope, ...spec.names }));
  expect(names).toEqual([
    {
      name: 'machines.karpenter.sh',
      scope: 'Cluster',
      kind: 'Machine',
      listKind: 'MachineList',
      plural: 'machines',
      singular: 'machine',
      categories: ['karpenter'],
    },
    {
      name: 'nodeclaims.karpenter.sh',
      scope: 'Cluster',
      kind: 'NodeClaim',
      listKind: 'NodeClaimList',
      plural: 'nodeclaims',
      singular: 'nodeclaim',
      categories: ['karpenter'],
    },
    {
      name: 'kaitonodeclasses.kaito.sh',
      scope: 'Cluster',
      kind: 'KaitoNodeClass',
      listKind: 'KaitoNodeClassList',
      plural: 'kaitonodeclasses',
      singular: 'kaitonodeclass',
      shortNames: ['knc'],
      categories: ['karpenter'],
    },
    {
      name: 'workspaces.kaito.sh',
      scope: 'Namespaced',
      kind: 'Workspace',
      listKind: 'WorkspaceList',
      plural: 'workspaces',
      singular: 'workspace',
      shortNames: ['wk', 'wks'],
      categories: ['workspace'],
    },
  ]);
});

test('every version is served with a status of its own, and exactly one of a kind is stored', () => {
  expect(versions.map(({ name, version }) => [name, version.served, version.storage, version.subresources])).toEqual([
    ['Machine v1alpha5', true, true, { status: {} }],
    ['NodeClaim v1', true, true, { status: {} }],
    ['KaitoNodeClass v1alpha1', true, true, { status: {} }],
    ['Workspace v1alpha1', true, false, { status: {} }],
    ['Workspace v1beta1', true, true, { status: {} }],
  ]);
});

/** A column as kubectl shows it: the wide ones in brackets. */
const shown = ({ name, priority }: { readonly name: string; readonly priority?: number }) =>
  priority ? `(${name})` : name;

test('the columns of kubectl get', () => {
  const columns = versions.map(({ name, version }) => [name, version.additionalPrinterColumns.map(shown).join(' ')]);
  const workspace =
    'Instance ResourceReady InferenceReady WorkspaceReady State Age (JobStarted) (WorkspaceSucceeded) (TargetNodeCount) (Model) (Progress) (Loss) (Reason) ($/h) (ETA)';
  expect(columns).toEqual([
    ['Machine v1alpha5', 'Type Zone Node Ready Age (Capacity) (Provisioner) (Template)'],
    ['NodeClaim v1', 'Type Capacity Zone Node Ready Age (ImageID) (ID) (NodePool) (NodeClass) (Drifted)'],
    ['KaitoNodeClass v1alpha1', 'Age'],
    ['Workspace v1alpha1', workspace],
    ['Workspace v1beta1', workspace],
  ]);
});

test('columns of labels and conditions point where kubectl finds them', () => {
  const paths = new Map(
    versions.flatMap(({ version }) => version.additionalPrinterColumns.map(c => [c.name, c.jsonPath])),
  );
  expect(paths.get('Zone')).toBe('.metadata.labels.topology\\.kubernetes\\.io/zone');
  expect(paths.get('WorkspaceReady')).toBe('.status.conditions[?(@.type=="WorkspaceReady")].status');
  expect(paths.get('Instance')).toBe('.resource.instanceType');
});
