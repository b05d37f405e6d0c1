import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { createAzure } from './azure.ts';
import { LocalAzure } from '@kaito/testing';

let arm: LocalAzure;
let proxy: Server;
const tunnels: string[] = [];
const before = { https: process.env.HTTPS_PROXY, none: process.env.NO_PROXY };

beforeAll(async () => {
  arm = await LocalAzure.start();
  proxy = createServer();
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    const end = (): void => void [socket.destroy(), target.destroy()];
    target.on('error', end).on('close', end).pipe(socket);
    socket.on('error', end).on('close', end).pipe(target);
  });
  await new Promise<void>(resolve => void proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  process.env.HTTPS_PROXY = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  // The SDK reads it once a process. The tests go to localhost by the proxy, and to its address past it.
  process.env.NO_PROXY = '.internal,127.0.0.1';
});
beforeEach(() => {
  tunnels.length = 0;
  arm.reset();
  arm.answer('GET /subscriptions', { status: 200, body: { value: [] } });
});
afterAll(async () => {
  restore('HTTPS_PROXY', before.https);
  restore('NO_PROXY', before.none);
  await arm.close();
  await new Promise(resolve => void proxy.close(resolve));
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Through the proxy by name: the SDK's proxy agent loses the host of an address before it checks the certificate. */
const throughProxy = () => {
  const url = arm.url.replace('127.0.0.1', 'localhost');
  return { ...arm.config(), armEndpoint: url, authorityHost: url };
};

it('goes through HTTPS_PROXY with the configured CA, to Entra and to ARM', async () => {
  const config = throughProxy();
  await expect(createAzure(config).agentPools.list()).resolves.toEqual([]);
  expect(new Set(tunnels)).toEqual(new Set([new URL(config.armEndpoint).host]));
  expect(arm.armRequests()).toHaveLength(1);
});

it('goes past the proxy to the hosts of NO_PROXY', async () => {
  await expect(createAzure(arm.config()).agentPools.list()).resolves.toEqual([]);
  expect(tunnels).toEqual([]);
  expect(arm.armRequests()).toHaveLength(1);
});

it('says that the proxy cannot be reached, and that it may pass', async () => {
  const working = process.env.HTTPS_PROXY;
  process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
  const azure = createAzure(throughProxy());
  process.env.HTTPS_PROXY = working;
  await expect(azure.agentPools.list()).rejects.toMatchObject({ kind: 'transient', code: 'ECONNREFUSED' });
});
