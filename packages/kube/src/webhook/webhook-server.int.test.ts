import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { eventually, useStack } from '@kaito/testing';
import { Cache } from '../cache/cache.ts';
import { configMaps, secrets, validatingWebhookConfigurations } from '../client/builtin-resources.ts';
import type { ConfigMap, ValidatingWebhookConfiguration } from '../client/builtin-resources.ts';
import type { Client } from '../client/client.ts';
import { connect } from '../client/connect.ts';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { readCertificates } from '../tls/certificate-state.ts';
import type { AdmissionRequest } from './admission.ts';
import { readSecret } from './certificate-secret.ts';
import { WebhookServer } from './webhook-server.ts';

const stack = useStack({
  kwok: false,
  emulator: false,
  controllerManager: false,
  provisioner: false,
  workspace: false,
});

const MINUTE = 60_000;
const namespace = 'default';
const secret = { namespace, name: 'webhook-cert' };
const configuration = { name: 'test.kaito.sh' };
/** Short enough for everything that is made at a time ahead of the machine's to be good now: certificates start an hour before. */
const timings = { authorityMs: 30 * MINUTE, serverMs: 15 * MINUTE, settleMs: MINUTE };

interface Replica {
  readonly server: WebhookServer;
  readonly logger: MemoryLogger;
  readonly seen: AdmissionRequest[];
  stop(): Promise<void>;
}

let clock: FakeClock;
let ticking: NodeJS.Timeout;
let client: Client;
const replicas: Replica[] = [];
/** Aborted when a test is over, however it ends. */
let asking: AbortController;

beforeAll(() => {
  // One for all tests: what the tests have made must not come from the future.
  clock = new FakeClock(Date.now());
  ticking = setInterval(() => void pass(20), 20);
});

afterAll(() => clearInterval(ticking));

beforeEach(() => {
  asking = new AbortController();
  client = connect({ kubeconfig: stack().kubeconfig, userAgent: 'kaito-kube-test' });
});

afterEach(async () => {
  asking.abort();
  await Promise.all(replicas.splice(0).map(replica => replica.stop()));
  await client.close();
});

let passing = Promise.resolve();

/** Lets time pass, one piece after the other. */
function pass(ms: number): Promise<void> {
  passing = passing.then(() => clock.advance(ms));
  return passing;
}

/** A replica of a process with a webhook, as far as the webhook is concerned. */
async function startReplica(): Promise<Replica> {
  const logger = new MemoryLogger();
  const metrics = createMetrics({ processMetrics: false });
  const cache = new Cache({ client, logger, metrics });
  const seen: AdmissionRequest[] = [];
  const server = new WebhookServer({
    cache,
    listen: { port: 0, host: '127.0.0.1' },
    webhooks: {
      '/validate': request => {
        seen.push(request);
        const { data = {} }: Partial<ConfigMap> = request.object ?? {};
        if (data['fault']) throw new Error('secret detail');
        return data['bad'] ? { allowed: false, message: 'data.bad is not allowed; use data.good' } : { allowed: true };
      },
    },
    secret,
    hosts: ['127.0.0.1'],
    configuration,
    logger,
    metrics,
    clock,
    timings,
  });
  const stop = new AbortController();
  const running = Promise.all([cache.start(stop.signal), cache.synced().then(() => server.start(stop.signal))]);
  const replica: Replica = {
    server,
    logger,
    seen,
    async stop() {
      stop.abort();
      await running;
    },
  };
  replicas.push(replica);
  await eventually(() => expect(server.port).toBeGreaterThan(0));
  return replica;
}

const url = ({ server }: Replica): string => `https://127.0.0.1:${server.port}/validate`;

/** Makes the API server ask the replica about every ConfigMap with the label. */
async function register(replica: Replica): Promise<void> {
  await client.apply(validatingWebhookConfigurations, registration(url(replica)), {
    fieldManager: 'test',
    force: true,
  });
  await eventually(() => expect(replica.server.ready()).toBe(true));
  await eventually(async () => {
    await create({ good: '1' });
    expect(replica.seen.length).toBeGreaterThan(0);
  });
}

function registration(to: string): ValidatingWebhookConfiguration {
  const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] };
  const webhook = {
    name: configuration.name,
    clientConfig: { url: to },
    rules: [rule],
    objectSelector: { matchLabels: { ask: 'me' } },
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 5,
  };
  return { metadata: { name: configuration.name }, webhooks: [webhook] };
}

/** The certificate that a replica shows to a new connection; fails when what the API server trusts does not vouch for it. */
async function shown({ server }: Replica): Promise<string> {
  const { webhooks = [] } = await client.get(validatingWebhookConfigurations, configuration);
  const ca = Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
  const socket = connectTls({ host: '127.0.0.1', port: server.port, ca });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.toString().trim() ?? '';
  } finally {
    socket.destroy();
  }
}

let made = 0;

/** Creates a ConfigMap that the webhook is asked about; nothing is stored. */
function create(data: Record<string, string>): Promise<unknown> {
  made += 1;
  const metadata = { name: `asked-${made}`, namespace, labels: { ask: 'me' } };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  return client.raw('POST', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, object);
}

test('allows, refuses with its own words, and refuses when it cannot tell', async () => {
  const replica = await startReplica();
  await register(replica);
  await expect(create({ good: '1' })).resolves.toBeDefined();
  expect(replica.seen.at(-1)).toMatchObject({
    operation: 'CREATE',
    namespace,
    name: `asked-${made}`,
    resource: { resource: 'configmaps', version: 'v1' },
    dryRun: true,
    oldObject: null,
  });
  await expect(create({ bad: '1' })).rejects.toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: expect.stringContaining('denied the request: data.bad is not allowed; use data.good') as unknown,
  });
  const failure: unknown = await create({ fault: '1' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 500, message: expect.stringContaining('a fault of its own') as unknown });
  expect(String(failure)).not.toContain('secret detail');
});

test('an ended webhook refuses everything, and what the user reads names it', async () => {
  const replica = await startReplica();
  await register(replica);
  await replica.stop();
  await expect(create({ good: '1' })).rejects.toMatchObject({
    code: 500,
    message: expect.stringContaining(`failed calling webhook "${configuration.name}"`) as unknown,
  });
});

test('two replicas share the Secret; certificates and authority are renewed and no review fails', async () => {
  const [first, second] = await Promise.all([startReplica(), startReplica()]);
  await register(first);
  const served = async (): Promise<ReturnType<typeof readCertificates>> =>
    readCertificates(readSecret(await client.get(secrets, secret)));
  const bothShowIt = async (): Promise<void> => {
    const pem = (await served()).server?.pem.trim();
    expect(await Promise.all([first, second].map(shown))).toEqual([pem, pem]);
  };
  const failures: unknown[] = [];
  let asked = 0;
  /** Asks for all the time; each request may come at any moment of a renewal. */
  const ask = async (): Promise<void> => {
    while (!asking.signal.aborted && failures.length === 0) {
      await create({ good: '1' }).catch((error: unknown) => failures.push(error));
      asked += 1;
    }
  };
  const running = Promise.all([ask(), ask()]);
  const start = await served();

  await pass(12 * MINUTE);
  await eventually(async () => expect((await served()).server?.pem).not.toBe(start.server?.pem));
  expect((await served()).authority?.pem).toBe(start.authority?.pem);
  await eventually(bothShowIt);

  await pass(9 * MINUTE);
  await eventually(async () => expect((await served()).authorities).toHaveLength(2));
  // Both answer by certificates that the API server trusts, whichever it asks.
  await client.apply(validatingWebhookConfigurations, registration(url(second)), { fieldManager: 'test', force: true });

  await pass(2 * MINUTE);
  await eventually(async () => {
    const { server, authority } = await served();
    expect(server?.issuer).toBe(authority?.pem);
    expect(authority?.pem).not.toBe(start.authority?.pem);
  });
  await eventually(bothShowIt);
  const before = asked;
  await eventually(() => expect(asked).toBeGreaterThan(before + 20));
  asking.abort();
  await running;
  expect(failures).toEqual([]);
  expect(second.seen.length).toBeGreaterThan(0);
  expect([first.server.ready(), second.server.ready()]).toEqual([true, true]);
  for (const { logger } of [first, second]) expect(logger.messages('error')).toEqual([]);
});

test('a Secret that is deleted or spoilt comes back as it was, and nothing is written without need', async () => {
  const replica = await startReplica();
  await register(replica);
  const was = (await client.get(secrets, secret)).data;
  await client.delete(secrets, secret);
  await eventually(async () => expect((await client.get(secrets, secret)).data).toEqual(was));
  await client.patch(secrets, secret, { data: { 'server-key.pem': '', 'ca-key.pem': null } });
  await eventually(async () => expect((await client.get(secrets, secret)).data).toEqual(was));
  const version = (await client.get(secrets, secret)).metadata.resourceVersion;
  const trusted = (await client.get(validatingWebhookConfigurations, configuration)).metadata.resourceVersion;
  await pass(MINUTE);
  await client.create(configMaps, { metadata: { name: 'barrier', namespace } });
  expect((await client.get(secrets, secret)).metadata.resourceVersion).toBe(version);
  expect((await client.get(validatingWebhookConfigurations, configuration)).metadata.resourceVersion).toBe(trusted);
  await expect(create({ good: '1' })).resolves.toBeDefined();
});
