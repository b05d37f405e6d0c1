import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import { configMap } from '../fixtures/config-map.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { ApiError, isAborted, isAlreadyExists, isConflict, isTooManyRequests } from './api-error.ts';
import { configMaps, nodes, pods } from './builtin-resources.ts';

let api: ApiStandIn;

beforeEach(async () => {
  api = await ApiStandIn.start();
});

afterEach(() => api.close());

/** The error that a call fails with. */
async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

const key = { name: 'a', namespace: 'default' };

describe('requests', () => {
  beforeEach(() => api.respond(reply => reply.json(200, configMap('a', 1))));

  test('get names the object by its path and says who asks', async () => {
    await expect(api.client().get(configMaps, key)).resolves.toEqual(configMap('a', 1));
    expect(api.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v1/namespaces/default/configmaps/a',
      headers: { authorization: 'Bearer secret-token', 'user-agent': 'kaito-test', accept: 'application/json' },
    });
  });

  test('podLogs gives the text of the lines that are asked for', async () => {
    api.respond(reply => {
      reply.chunk('{"level":"error"}\nOut of memory\n', 'text/plain');
      reply.end();
    });
    const options = { container: 'server', previous: true, tailLines: 40, limitBytes: 8192 };
    await expect(api.client().podLogs(key, options)).resolves.toBe('{"level":"error"}\nOut of memory\n');
    expect(api.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v1/namespaces/default/pods/a/log',
      query: { container: 'server', previous: 'true', tailLines: '40', limitBytes: '8192' },
    });
  });

  test('create sends the type that the object lacks', async () => {
    await api.client().create(nodes, { metadata: { name: 'n' } }, { fieldManager: 'me' });
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/nodes',
      query: { fieldManager: 'me' },
      headers: { 'content-type': 'application/json' },
      body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } },
    });
  });

  test('apply is a server-side apply without managed fields', async () => {
    const object = configMap('a', 1, { managedFields: [{}] });
    await api.client().apply(configMaps, object, { fieldManager: 'me', force: true, subresource: 'status' });
    expect(api.requests[0]).toMatchObject({
      method: 'PATCH',
      path: '/api/v1/namespaces/default/configmaps/a/status',
      query: { fieldManager: 'me', force: 'true' },
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect(api.requests[0]?.body).not.toHaveProperty('metadata.managedFields');
  });

  test.each([
    ['merge', 'application/merge-patch+json'],
    ['json', 'application/json-patch+json'],
  ] as const)('patch of type %s has its content type', async (type, contentType) => {
    await api.client().patch(configMaps, key, {}, { type });
    expect(api.requests[0]?.headers['content-type']).toBe(contentType);
  });

  test('delete sends its preconditions', async () => {
    await api.client().delete(configMaps, key, { uid: 'u', gracePeriodSeconds: 0, propagationPolicy: 'Background' });
    expect(api.requests[0]).toMatchObject({
      method: 'DELETE',
      body: {
        kind: 'DeleteOptions',
        preconditions: { uid: 'u' },
        gracePeriodSeconds: 0,
        propagationPolicy: 'Background',
      },
    });
  });

  test('evict asks the eviction subresource of the pod', async () => {
    await api.client().evict(key, { uid: 'u' });
    expect(api.requests[0]).toMatchObject({
      path: '/api/v1/namespaces/default/pods/a/eviction',
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: key,
        deleteOptions: { preconditions: { uid: 'u' } },
      },
    });
  });

  test('a namespaced object without a namespace is refused before anything is sent', async () => {
    await expect(api.client().get(pods, { name: 'a' })).rejects.toThrow('pods "a" needs a namespace');
    await expect(api.client().delete(pods, { name: '', namespace: 'default' })).rejects.toThrow('needs a name');
    expect(api.requests).toEqual([]);
  });

  test('raw gives parsed JSON, or the text of another type', async () => {
    await expect(api.client().raw('POST', '/x', { a: 1 })).resolves.toEqual(configMap('a', 1));
    expect(api.requests[0]).toMatchObject({ method: 'POST', path: '/x', body: { a: 1 } });
    api.respond(reply => {
      reply.chunk('ok', 'text/plain');
      reply.end();
    });
    await expect(api.client().raw('GET', '/readyz')).resolves.toBe('ok');
  });

  test('connections are kept', async () => {
    const client = api.client();
    for (let count = 0; count < 20; count++) await client.get(configMaps, key);
    // HTTP/1.1 frees a connection a moment after the answer, so that there may be a second one.
    await expect(api.connections()).resolves.toBeLessThanOrEqual(2);
  });
});

describe('list', () => {
  test('follows all pages and gives items their type', async () => {
    api.respond(
      reply =>
        reply.json(200, { metadata: { continue: 'next', resourceVersion: '7' }, items: [{ metadata: { name: 'a' } }] }),
      reply => reply.json(200, { metadata: { resourceVersion: '7' }, items: [{ metadata: { name: 'b' } }] }),
    );
    const list = await api.client().list(configMaps, { namespace: 'default', labelSelector: 'x=y', limit: 1 });
    expect(list.resourceVersion).toBe('7');
    expect(list.items).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
    ]);
    expect(api.requests.map(({ query }) => query)).toEqual([
      { labelSelector: 'x=y', limit: '1' },
      { labelSelector: 'x=y', limit: '1', continue: 'next' },
    ]);
  });

  test('reads everything at once when a page token has expired', async () => {
    api.respond(
      reply => reply.json(200, { metadata: { continue: 'old' }, items: [configMap('stale', 1)] }),
      reply => reply.status(410, 'Expired'),
      reply => reply.json(200, { metadata: { resourceVersion: '9' }, items: [configMap('a', 8)] }),
    );
    const list = await api.client().list(configMaps);
    expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(api.requests[2]?.query).toEqual({});
  });
});

describe('failures', () => {
  test('a Status becomes code, reason, causes and the server’s own words', async () => {
    const causes = [{ field: 'spec.x', reason: 'FieldValueInvalid', message: 'too long' }];
    api.respond(reply => reply.status(422, 'Invalid', { message: 'x is invalid', details: { causes } }));
    const error = await failureOf(api.client().create(configMaps, configMap('a', 1)));
    expect(error).toMatchObject({ code: 422, reason: 'Invalid', causes });
    expect(error.message).toBe('create configmaps "default/a": x is invalid');
  });

  test('409 tells a conflict from an object that exists', async () => {
    api.respond(
      reply => reply.status(409, 'Conflict'),
      reply => reply.status(409, 'AlreadyExists'),
    );
    const [conflict, exists] = [
      await failureOf(api.client().patch(configMaps, key, {})),
      await failureOf(api.client().create(configMaps, configMap('a', 1))),
    ];
    expect([isConflict(conflict), isAlreadyExists(conflict)]).toEqual([true, false]);
    expect([isConflict(exists), isAlreadyExists(exists)]).toEqual([false, true]);
  });

  test('Retry-After is read from the header, or from the Status', async () => {
    api.respond(
      reply => reply.status(429, 'TooManyRequests', {}, { 'retry-after': '7' }),
      reply => reply.status(429, 'TooManyRequests', { details: { retryAfterSeconds: 3 } }),
    );
    const error = await failureOf(api.client().get(configMaps, key));
    expect(isTooManyRequests(error)).toBe(true);
    expect(error.retryAfterMs).toBe(7000);
    await expect(failureOf(api.client().get(configMaps, key))).resolves.toMatchObject({ retryAfterMs: 3000 });
  });

  test('an answer of something else than the API server is not passed on', async () => {
    api.respond(reply => reply.json(502, 'a page that holds a secret'));
    const error = await failureOf(api.client().get(configMaps, key));
    expect(error.message).toBe('get configmaps "default/a": the server answered 502');
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('a success that is not JSON fails without quoting it', async () => {
    api.respond(reply => {
      reply.chunk('{"password":"hunter2"');
      reply.end();
    });
    const error = await failureOf(api.client().get(configMaps, key));
    expect(error).toMatchObject({ code: 0, reason: 'NetworkError' });
    expect(`${error.message} ${String(error.cause)}`).not.toContain('hunter2');
  });

  test('a reset connection is a network error', async () => {
    api.respond(reply => reply.reset());
    await expect(failureOf(api.client().create(configMaps, configMap('a', 1)))).resolves.toMatchObject({
      code: 0,
      reason: 'NetworkError',
    });
  });

  test('a server that does not answer in time is left, and the next call takes another connection', async () => {
    api.respond(
      () => {},
      reply => reply.json(200, configMap('a', 1)),
    );
    const client = api.client({ timeoutMs: 50 });
    const error = await failureOf(client.get(configMaps, key));
    expect(error).toMatchObject({ code: 0, reason: 'Timeout' });
    expect(error.message).toContain('no answer within 50 ms');
    await expect(client.get(configMaps, key, { timeoutMs: 5000 })).resolves.toMatchObject({ kind: 'ConfigMap' });
  });

  test('the caller’s signal ends a call', async () => {
    const controller = new AbortController();
    api.respond(() => controller.abort());
    const error = await failureOf(api.client().get(configMaps, key, { signal: controller.signal }));
    expect(error.reason).toBe('Aborted');
    expect(isAborted(error)).toBe(true);
  });

  test('a signal that is aborted already sends nothing', async () => {
    const error = await failureOf(api.client().get(configMaps, key, { signal: AbortSignal.abort() }));
    expect(error.reason).toBe('Aborted');
    expect(api.requests).toEqual([]);
  });

  test('after close, calls fail', async () => {
    const client = api.client();
    await client.close();
    await expect(failureOf(client.get(configMaps, key))).resolves.toMatchObject({ reason: 'NetworkError' });
  });
});

test('a refused token is read again, once, and the call repeated', async () => {
  const tokenFile = join(dirname(api.kubeconfig()), 'token');
  writeFileSync(tokenFile, 'old\n');
  const kubeconfig = api.kubeconfig({ 'auth-provider': { name: 'tokenFile', config: { tokenFile } } });
  api.respond((reply, { headers }) => {
    // The token is rotated while the first request is on its way.
    writeFileSync(tokenFile, 'new\n');
    if (headers.authorization === 'Bearer new') reply.json(200, configMap('a', 1));
    else reply.status(401, 'Unauthorized');
  });
  const client = api.client({ kubeconfig });
  await expect(client.get(configMaps, key)).resolves.toMatchObject({ kind: 'ConfigMap' });

  api.respond(reply => reply.status(401, 'Unauthorized'));
  await expect(failureOf(client.get(configMaps, key))).resolves.toMatchObject({ code: 401 });
  expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new', 'Bearer new']);
});

test('requests are counted under client-go’s names', async () => {
  api.respond(
    reply => reply.json(200, configMap('a', 1)),
    reply => reply.reset(),
  );
  const metrics = createMetrics({ processMetrics: false });
  const client = api.client({ metrics });
  await client.get(configMaps, key);
  await failureOf(client.get(configMaps, key));
  const text = await metrics.text();
  const host = `127.0.0.1:${api.port}`;
  expect(text).toContain(`rest_client_requests_total{code="200",method="GET",host="${host}"} 1`);
  expect(text).toContain(`rest_client_requests_total{code="<error>",method="GET",host="${host}"} 1`);
  expect(text).toContain(`rest_client_request_duration_seconds_count{verb="GET",host="${host}"} 2`);
});
