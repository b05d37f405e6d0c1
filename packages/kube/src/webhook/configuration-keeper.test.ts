import type { Informer } from '../cache/informer.ts';
import type { ValidatingWebhookConfiguration } from '../client/builtin-resources.ts';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import type { Received, Reply } from '../fixtures/api-stand-in.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { ConfigurationKeeper } from './configuration-keeper.ts';

const { signal } = new AbortController();
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let api: ApiStandIn;
/** What the API server has in the Secret, and how it answers a write. */
let bundle: string;
let write: (reply: Reply, request: Received) => void;

beforeEach(async () => {
  write = reply => reply.json(200, {});
  api = await ApiStandIn.start((reply, request) => {
    if (request.method === 'PATCH') return write(reply, request);
    return reply.json(200, { kind: 'Secret', metadata: {}, data: { 'ca-cert.pem': base64(bundle) } });
  });
});

afterEach(() => api.close());

/** A keeper that sees a configuration with this bundle, or none. */
function keeper(trusted?: string): ConfigurationKeeper {
  const webhook = {
    name: 'hook',
    clientConfig: { url: 'https://a', caBundle: base64(trusted ?? '') },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
  };
  const configuration = { metadata: { name: 'hooks', resourceVersion: '4' }, webhooks: [webhook] };
  const informer: Pick<Informer<ValidatingWebhookConfiguration>, 'get'> = {
    get: key => (trusted !== undefined && key === 'hooks' ? configuration : undefined),
  };
  return new ConfigurationKeeper({
    client: api.client(),
    informer,
    configuration: { name: 'hooks' },
    secret: { namespace: 'kaito', name: 'cert' },
    logger: new MemoryLogger(),
  });
}

const methods = (): string[] => api.requests.map(({ method }) => method);

test('writes what the Secret holds where something else is trusted', async () => {
  bundle = 'new';
  await expect(keeper('old').reconcile('new', signal)).resolves.toBe(0);
  expect(api.requests.at(-1)).toMatchObject({
    method: 'PATCH',
    path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hooks',
    headers: { 'content-type': 'application/json-patch+json' },
    body: expect.arrayContaining([
      { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: base64('new') },
    ]) as unknown,
  });
});

test('a replica that is behind does not undo what another has told the configuration', async () => {
  bundle = 'new';
  await expect(keeper('new').reconcile('old', signal)).resolves.toBeGreaterThan(0);
  expect(methods()).toEqual(['GET']);
});

test('asks for nothing where all is well, or where there is no configuration', async () => {
  await expect(keeper('new').reconcile('new', signal)).resolves.toBe(0);
  await expect(keeper().reconcile('new', signal)).resolves.toBe(0);
  expect(methods()).toEqual([]);
  expect(keeper().isTrusted('new')).toBe(true);
});

test('looks again when another replica was quicker, and fails when it may not write', async () => {
  bundle = 'new';
  write = reply => reply.status(409, 'Conflict');
  await expect(keeper('old').reconcile('new', signal)).resolves.toBeGreaterThan(0);
  write = reply => reply.status(403, 'Forbidden');
  await expect(keeper('old').reconcile('new', signal)).rejects.toMatchObject({ code: 403 });
});
