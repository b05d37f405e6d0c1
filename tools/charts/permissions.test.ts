import { readAuditLog } from '@kaito/local-stack';
import { describePermission, isUsedBy, permissionsOf } from './permissions.ts';

const event = (verb: string, ref: object, more: object = {}): string =>
  JSON.stringify({
    user: { username: 'me' },
    verb,
    requestURI: '/',
    objectRef: ref,
    responseStatus: { code: 200 },
    ...more,
  });

const role = (kind: string, rule: object) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name: 'r', namespace: 'ns' },
  rules: [rule],
});

test('an audit log gives who asked for what; applying something new needs the right to create it too', () => {
  const log = [
    event('patch', { resource: 'pods', namespace: 'ns', name: 'a' }, { responseStatus: { code: 201 } }),
    event(
      'get',
      { apiGroup: 'apps', resource: 'deployments', subresource: 'scale' },
      { responseStatus: { code: 403 } },
    ),
    JSON.stringify({ user: { username: 'me' }, verb: 'get', requestURI: '/readyz' }),
  ];
  expect(readAuditLog(log.join('\n')).map(({ verb, resource, allowed }) => [verb, resource, allowed])).toEqual([
    ['patch', 'pods', true],
    ['create', 'pods', true],
    ['get', 'deployments/scale', false],
  ]);
});

test('a permission is used by a request for it, at its place and of its name', () => {
  const objects = [role('Role', { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['mine'] })];
  const [permission] = permissionsOf(objects);
  if (!permission) throw new Error('there is none');
  const uses = (ref: object): boolean => readAuditLog(event('get', ref)).some(request => isUsedBy(permission, request));
  expect(uses({ resource: 'secrets', namespace: 'ns', name: 'mine' })).toBe(true);
  expect(uses({ resource: 'secrets', namespace: 'ns', name: 'other' })).toBe(false);
  expect(uses({ resource: 'secrets', namespace: 'other', name: 'mine' })).toBe(false);
  expect(describePermission(permission)).toBe('get secrets mine in ns');
});

test('each verb on each resource of a rule counts on its own', () => {
  const rule = { apiGroups: ['apps'], resources: ['a', 'b'], verbs: ['get', 'list'] };
  expect(permissionsOf([role('ClusterRole', rule)]).map(describePermission)).toEqual([
    'get a.apps',
    'list a.apps',
    'get b.apps',
    'list b.apps',
  ]);
});
