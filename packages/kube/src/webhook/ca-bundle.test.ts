import type { ValidatingWebhookConfiguration } from '../client/builtin-resources.ts';
import { configurationPatch, trustsAuthority } from './ca-bundle.ts';
import type { WebhookTarget } from './ca-bundle.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const service = { name: 'webhook', namespace: 'kaito', port: 9443 };

function configuration(...clientConfigs: readonly object[]): ValidatingWebhookConfiguration {
  const webhooks = clientConfigs.map((clientConfig, index) => ({
    name: `hook-${index}`,
    clientConfig,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
  }));
  return { metadata: { name: 'hooks', resourceVersion: '7' }, webhooks };
}

const version = { op: 'replace', path: '/metadata/resourceVersion', value: '7' };

test('only what differs is written, under the version that was seen', () => {
  const patch = configurationPatch(configuration({ service, caBundle: base64('new') }, { service }), 'new');
  expect(patch).toEqual([version, { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: base64('new') }]);
});

test('nothing differs, nothing is written', () => {
  expect(configurationPatch(configuration({ service, caBundle: base64('new') }), 'new')).toEqual([]);
  expect(configurationPatch({ metadata: { name: 'none' } }, 'new')).toEqual([]);
});

test.each<[what: string, has: object, target: WebhookTarget, written: boolean]>([
  ['the same service', { service }, { service }, false],
  [
    'the port that the API server fills in',
    { service: { ...service, port: 443 } },
    { service: { name: 'webhook', namespace: 'kaito' } },
    false,
  ],
  ['another port', { service: { ...service, port: 1 } }, { service }, true],
  ['another path', { service }, { service: { ...service, path: '/validate' } }, true],
  ['the same URL', { url: 'https://a' }, { url: 'https://a' }, false],
  ['a service instead of the URL', { service }, { url: 'https://a' }, true],
  ['a URL instead of the service', { url: 'https://a' }, { service }, true],
])('a target with %s', (_what, ...[has, target, written]) => {
  const caBundle = base64('ca');
  const value = { ...target, caBundle };
  expect(configurationPatch(configuration({ ...has, caBundle }), 'ca', { 'hook-0': target })).toEqual(
    written ? [version, { op: 'add', path: '/webhooks/0/clientConfig', value }] : [],
  );
});

test('an authority is trusted when every webhook names it, among others or not', () => {
  expect(trustsAuthority(configuration({ caBundle: base64('old\nnew\n') }, { caBundle: base64('new') }), 'new\n')).toBe(
    true,
  );
  expect(trustsAuthority(configuration({ caBundle: base64('new') }, {}), 'new')).toBe(false);
});
