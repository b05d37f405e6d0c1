import { HubClient } from './hub-client.ts';
import { HubStandIn } from './fixtures/hub-stand-in.ts';

let hub: HubStandIn;
let elsewhere: HubStandIn;

beforeEach(async () => {
  [hub, elsewhere] = await Promise.all([HubStandIn.start(), HubStandIn.start()]);
});
afterEach(async () => {
  await Promise.all([hub.close(), elsewhere.close()]);
});

function ask(path = '/a', token?: string): Promise<unknown> {
  return new HubClient(hub.endpoint).json({ path, maxBytes: 100, token, signal: AbortSignal.timeout(10_000) });
}

describe('HubClient', () => {
  test('follows to the same host and shows its token there', async () => {
    hub.handler = ({ path }) => (path === '/a' ? { status: 307, headers: { location: '/b' } } : { body: { path } });
    expect(await ask('/a', 'secret')).toEqual({ path: '/b' });
    expect(hub.seen.map(({ token }) => token)).toEqual(['secret', 'secret']);
  });

  test('does not follow to another host, and so shows it nothing', async () => {
    hub.handler = () => ({ status: 302, headers: { location: `${elsewhere.endpoint}/a` } });
    await expect(ask('/a', 'secret')).rejects.toMatchObject({
      kind: 'unusable',
      message: expect.stringContaining('127.0.0.1'),
    });
    expect(elsewhere.seen).toEqual([]);
  });

  test('does not go round in circles', async () => {
    hub.handler = () => ({ status: 302, headers: { location: '/a' } });
    await expect(ask()).rejects.toMatchObject({ kind: 'unusable' });
    expect(hub.seen).toHaveLength(5);
  });

  test('reads no more than it is allowed to', async () => {
    hub.handler = () => ({ body: `"${'x'.repeat(1_000_000)}"` });
    await expect(ask()).rejects.toMatchObject({
      kind: 'unusable',
      message: expect.stringContaining('more than 100 bytes'),
    });
  });

  test('reads NaN and Infinity as null, and leaves texts alone', async () => {
    hub.handler = () => ({ body: '{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN, \\"Infinity\\""}' });
    expect(await ask()).toEqual({ a: null, b: [null, null], c: 'NaN, "Infinity"' });
  });

  test.each([
    [401, {}, 'denied'],
    [403, {}, 'denied'],
    [403, { 'x-error-code': 'GatedRepo' }, 'gated'],
    [401, { 'x-error-code': 'RepoNotFound' }, 'notFound'],
    [404, {}, 'notFound'],
    [418, {}, 'unusable'],
    [429, {}, 'transient'],
    [502, {}, 'transient'],
  ])('status %d with %j is %s', async (status, headers, kind) => {
    hub.handler = () => ({ status, headers, body: 'the body is not for messages' });
    await expect(ask()).rejects.toMatchObject({ name: 'HubError', kind, message: `/a: status ${status}` });
  });

  test('an answer that is no JSON, and a site that is not there', async () => {
    hub.handler = () => ({ body: '<html>' });
    await expect(ask()).rejects.toMatchObject({ kind: 'unusable' });
    const gone = new HubClient('http://127.0.0.1:1');
    const signal = AbortSignal.timeout(10_000);
    await expect(gone.json({ path: '/a', maxBytes: 1, signal })).rejects.toMatchObject({ kind: 'transient' });
  });

  test('a mirror below a path is asked below it', async () => {
    hub.handler = ({ path }) => ({ body: { path } });
    const mirror = new HubClient(`${hub.endpoint}/mirror/hf`);
    const signal = AbortSignal.timeout(10_000);
    expect(await mirror.json({ path: '/api/models/a/b', maxBytes: 100, signal })).toEqual({
      path: '/mirror/hf/api/models/a/b',
    });
    expect(mirror.pageOf('a/b')).toBe(`${hub.endpoint}/mirror/hf/a/b`);
  });

  test.each(['file:///etc/passwd', 'ftp://huggingface.co'])('%s is no endpoint', endpoint => {
    expect(() => new HubClient(endpoint)).toThrow(/http/);
  });
});
