import { controllerReference, keyOf, parseKey } from './object.ts';
import { deployments, nodes } from './builtin-resources.ts';
import { apiVersionOf, collectionPath, objectPath, resourceName } from './resource.ts';

test.each([
  [{ name: 'a' }, 'a'],
  [{ name: 'a', namespace: 'ns' }, 'ns/a'],
  [{ name: 'a', namespace: '' }, 'a'],
])('the key of %j is %s, and back', (metadata, key) => {
  expect(keyOf({ metadata })).toBe(key);
  expect(keyOf({ metadata: parseKey(key) })).toBe(key);
});

test.each(['', '/', 'a/', '/a', 'a/b/c'])('"%s" is no key', key => {
  expect(() => parseKey(key)).toThrow(RangeError);
});

test('a controller reference makes its object the one controller', () => {
  const owner = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'u' } };
  expect(controllerReference(owner)).toEqual({
    apiVersion: 'v1',
    kind: 'Node',
    name: 'n',
    uid: 'u',
    controller: true,
    blockOwnerDeletion: true,
  });
  expect(() => controllerReference({ ...owner, metadata: { name: 'n' } })).toThrow('Node n cannot own anything');
});

test('paths and names of core and grouped kinds', () => {
  expect([apiVersionOf(nodes), resourceName(nodes), collectionPath(nodes, 'ignored')]).toEqual([
    'v1',
    'nodes',
    '/api/v1/nodes',
  ]);
  expect([apiVersionOf(deployments), resourceName(deployments)]).toEqual(['apps/v1', 'deployments.apps']);
  expect(collectionPath(deployments)).toBe('/apis/apps/v1/deployments');
  expect(objectPath(deployments, { name: 'a/b', namespace: 'ns' }, 'status')).toBe(
    '/apis/apps/v1/namespaces/ns/deployments/a%2Fb/status',
  );
});
