import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { createAzure } from './azure.ts';
import { LocalAzure } from './testing/local-azure.ts';

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
  delete process.env.NO_PROXY;
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

it('goes through HTTPS_PROXY with the configured CA, to Entra and to ARM', async () => {
  arm.answer('GET /subscriptions', { status: 200, body: { value: [] } });
  // By name: the SDK's proxy agent loses the host of an address before it checks the certificate.
  const url = arm.url.replace('127.0.0.1', 'localhost');
  const azure = createAzure(arm.config({ armEndpoint: url, authorityHost: url }));
  await expect(azure.agentPools.list()).resolves.toEqual([]);
  expect(new Set(tunnels)).toEqual(new Set([new URL(url).host]));
  expect(arm.armRequests()).toHaveLength(1);
});
