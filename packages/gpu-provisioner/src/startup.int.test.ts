import { jest } from '@jest/globals';
import { machines } from '@kaito/crds';
import type { FaultSpec } from '@kaito/emulator';
import { aMachine, eventually, useStack } from '@kaito/testing';

jest.setTimeout(90_000);

// Entra or ARM is down, or refuses us, when the process starts: it stays up, says what it waits for, and gets there by itself.

const SECRET = 'the-secret-of-the-service-principal';
const stack = useStack({ workspace: false, provisioner: false });

afterEach(async () => {
  await stack().provisioner.stop();
  await stack().emulator.clearFaults();
});

const respond = { type: 'respond', status: 503, code: 'ServiceUnavailable', message: 'The service is down.' } as const;
const signIn = { route: 'token' } as const;
const listing = { method: 'LIST', route: 'agentPools' } as const;
const outages: readonly (readonly [what: string, fault: FaultSpec, said: RegExp])[] = [
  [
    'Entra is down',
    { match: signIn, times: 'always', action: { ...respond, shape: 'entra' } },
    /^not ready: pool-poller: cannot sign in to Azure: .*The service is down/m,
  ],
  [
    'Entra does not answer',
    { match: signIn, times: 'always', action: { type: 'hang', ms: 3_000 } },
    /^not ready: pool-poller: agent pools are being read/m,
  ],
  [
    'the secret is wrong',
    {
      match: signIn,
      times: 'always',
      action: {
        ...respond,
        status: 401,
        shape: 'entra',
        code: 'invalid_client',
        message: 'AADSTS7000215: Invalid client secret provided.',
      },
    },
    /^not ready: pool-poller: cannot sign in to Azure: AADSTS7000215: Invalid client secret provided\.; AZURE_CLIENT_SECRET is wrong/m,
  ],
  [
    'ARM is down',
    { match: listing, times: 'always', action: { ...respond, status: 500, code: 'InternalServerError' } },
    /^not ready: pool-poller: agent pools cannot be read: The service is down\. \(InternalServerError\)/m,
  ],
  [
    'the role is missing',
    {
      match: listing,
      times: 'always',
      action: {
        ...respond,
        status: 403,
        shape: 'nested',
        code: 'AuthorizationFailed',
        message:
          "The client 'app' with object id 'o' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/agentPools/read' over scope '/subscriptions/s'.",
      },
    },
    /^not ready: pool-poller: agent pools cannot be read: .*az role assignment create --assignee app .*--scope \/subscriptions\/s/m,
  ],
];

/** By a service principal, so that there is a secret that could leak. */
async function start(): Promise<void> {
  const env = { AZURE_FEDERATED_TOKEN_FILE: '', AZURE_CLIENT_SECRET: SECRET, LOG_LEVEL: 'debug' };
  await stack().provisioner.start({ env });
}

async function probe(url: string): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.text() };
}

test.each(outages)('%s at the start', async (_, fault, said) => {
  const { provisioner, emulator } = stack();
  await emulator.addFault(fault);
  await start();
  const { pid } = provisioner;
  await eventually(async () => {
    expect(await probe(provisioner.readyUrl)).toEqual({ status: 503, body: expect.stringMatching(said) });
  });
  expect(await probe(provisioner.healthUrl)).toMatchObject({ status: 200 });
  await emulator.clearFaults();
  await eventually(async () => expect(await probe(provisioner.readyUrl)).toMatchObject({ status: 200 }), {
    timeoutMs: 45_000,
  });
  expect(provisioner.pid).toBe(pid);
});

test('nothing that was logged on the way, or while a launch failed, is a token or a secret', async () => {
  const { provisioner, emulator, client } = stack();
  await start();
  await provisioner.ready();
  await emulator.addFault({
    match: { method: 'PUT', route: 'agentPools' },
    action: { type: 'failOperation', code: 'AllocationFailed', message: 'Allocation failed.', afterMs: 100 },
  });
  await client.create(machines, aMachine({ metadata: { name: 'logged' } }));
  await eventually(() => expect(provisioner.logs()).toContain('Launch failed'));
  const logs = provisioner.logs();
  expect(logs).toContain('Request to Azure');
  expect(logs).toContain('AADSTS7000215');
  expect(logs).not.toContain(SECRET);
  expect(logs).not.toMatch(/eyJ[\w-]{10,}|Bearer [\w-]{8,}|client_(?:secret|assertion)=|[?&](?:sig|s|c)=/);
});
