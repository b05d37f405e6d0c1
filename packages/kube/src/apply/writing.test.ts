import { configMaps, deployments } from '../client/builtin-resources.ts';
import type { ConfigMap, Deployment } from '../client/builtin-resources.ts';
import type { Client } from '../client/client.ts';
import { ApiStandIn } from '../fixtures/api-stand-in.ts';
import { configMap } from '../fixtures/config-map.ts';
import { APPLIED_HASH_ANNOTATION, applyIfChanged } from './apply-if-changed.ts';
import { ensureFinalizer, removeFinalizer } from './finalizers.ts';
import { patchMetadata } from './patch-metadata.ts';
import { patchStatus } from './patch-status.ts';

let api: ApiStandIn;
let client: Client;

beforeEach(async () => {
  api = await ApiStandIn.start(reply => reply.json(200, configMap('a', 9)));
  client = api.client();
});

afterEach(() => api.close());

const desired: ConfigMap = { ...configMap('a', ''), metadata: { name: 'a', namespace: 'default' }, data: { x: '1' } };

/** Applies an object whose cached state is `live`; whether a request was sent. */
async function apply(live: ConfigMap | undefined, wanted: ConfigMap): Promise<boolean> {
  const cached = { get: (key: string) => (key === 'default/a' ? live : undefined) };
  const { changed } = await applyIfChanged(client, cached, configMaps, wanted, { fieldManager: 'me' });
  return changed;
}

/** What the server has after `wanted` was applied, with its own additions. */
async function afterApply(wanted: ConfigMap): Promise<ConfigMap> {
  api.respond((reply, { body }) => reply.json(200, body));
  const nothing = { get: () => undefined };
  const { object } = await applyIfChanged(client, nothing, configMaps, wanted, { fieldManager: 'me' });
  return { ...object, metadata: { ...object.metadata, uid: 'u', resourceVersion: '5' } };
}

describe('applyIfChanged', () => {
  test('applies what is not there, by force, under the field manager', async () => {
    await expect(apply(undefined, desired)).resolves.toBe(true);
    expect(api.requests[0]).toMatchObject({
      method: 'PATCH',
      query: { fieldManager: 'me', force: 'true' },
      body: { data: { x: '1' }, metadata: { annotations: { [APPLIED_HASH_ANNOTATION]: expect.any(String) } } },
    });
  });

  test('sends nothing when all of it is there', async () => {
    const live = await afterApply(desired);
    const same = {
      data: { x: '1' },
      metadata: { namespace: 'default', name: 'a' },
      kind: 'ConfigMap',
      apiVersion: 'v1',
    };
    await expect(apply(live, same)).resolves.toBe(false);
    expect(api.requests).toHaveLength(1);
  });

  test('applies again when somebody changed a field', async () => {
    const live = await afterApply(desired);
    await expect(apply({ ...live, data: { x: '2' } }, desired)).resolves.toBe(true);
  });

  test('applies again when a field is no longer wanted, which a comparison alone does not tell', async () => {
    const live = await afterApply({ ...desired, data: { x: '1', y: '2' } });
    await expect(apply(live, desired)).resolves.toBe(true);
  });

  test('a conflict comes out as it is', async () => {
    api.respond(reply => reply.status(409, 'Conflict'));
    await expect(apply(undefined, desired)).rejects.toMatchObject({ code: 409 });
  });
});

describe('patchStatus', () => {
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'default', resourceVersion: '4' },
    status: { replicas: 1, readyReplicas: 1 },
  };

  test('sends the difference under the version that was read', async () => {
    await patchStatus(client, deployments, deployment, { replicas: 2 });
    expect(api.requests[0]).toMatchObject({
      path: '/apis/apps/v1/namespaces/default/deployments/d/status',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(api.requests[0]?.body).toEqual({
      metadata: { resourceVersion: '4' },
      status: { replicas: 2, readyReplicas: null },
    });
  });

  test('sends nothing without a difference', async () => {
    await expect(patchStatus(client, deployments, deployment, { replicas: 1, readyReplicas: 1 })).resolves.toBe(
      deployment,
    );
    expect(api.requests).toEqual([]);
  });
});

describe('patchMetadata', () => {
  const object = configMap('a', 4, { labels: { a: '1', b: '2' }, finalizers: ['x'] });

  test('sends labels and annotations that differ, under the uid', async () => {
    await patchMetadata(client, configMaps, object, { labels: { a: '1', b: null, c: '3' }, annotations: { n: null } });
    expect(api.requests[0]?.body).toEqual({ metadata: { uid: 'uid-a', labels: { b: null, c: '3' } } });
  });

  test('sends lists under the version that was read', async () => {
    await patchMetadata(client, configMaps, object, { finalizers: ['x', 'y'] });
    expect(api.requests[0]?.body).toEqual({
      metadata: { uid: 'uid-a', resourceVersion: '4', finalizers: ['x', 'y'] },
    });
  });

  test('sends nothing without a difference', async () => {
    const same = { labels: { a: '1' }, annotations: { n: null }, finalizers: ['x'], ownerReferences: [] };
    await expect(patchMetadata(client, configMaps, object, same)).resolves.toBe(object);
    expect(api.requests).toEqual([]);
  });
});

describe('finalizers', () => {
  test('one is added beside the others, and removed from among them', async () => {
    await ensureFinalizer(client, configMaps, configMap('a', 4, { finalizers: ['x'] }), 'ours');
    await removeFinalizer(client, configMaps, configMap('a', 5, { finalizers: ['x', 'ours'] }), 'ours');
    expect(api.requests.map(({ body }) => body)).toEqual([
      { metadata: { uid: 'uid-a', resourceVersion: '4', finalizers: ['x', 'ours'] } },
      { metadata: { uid: 'uid-a', resourceVersion: '5', finalizers: ['x'] } },
    ]);
  });

  test('nothing is sent when it is as wanted', async () => {
    const [without, held] = [configMap('a', 4), configMap('a', 4, { finalizers: ['ours'] })];
    await expect(ensureFinalizer(client, configMaps, held, 'ours')).resolves.toBe(held);
    await expect(removeFinalizer(client, configMaps, without, 'ours')).resolves.toBe(without);
    expect(api.requests).toEqual([]);
  });

  test('an object that is being deleted takes none, and one that is gone has none', async () => {
    const going = configMap('a', 4, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    await expect(ensureFinalizer(client, configMaps, going, 'ours')).resolves.toBeUndefined();
    expect(api.requests).toEqual([]);
    api.respond(reply => reply.status(404, 'NotFound'));
    const held = configMap('a', 4, { finalizers: ['ours'] });
    await expect(removeFinalizer(client, configMaps, held, 'ours')).resolves.toBeUndefined();
  });

  test('a newer version is a conflict', async () => {
    api.respond(reply => reply.status(409, 'Conflict'));
    await expect(ensureFinalizer(client, configMaps, configMap('a', 4), 'ours')).rejects.toMatchObject({ code: 409 });
  });
});
