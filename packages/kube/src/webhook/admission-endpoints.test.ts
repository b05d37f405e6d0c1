import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { createCertificate } from '@kaito/testing';
import { errorCode } from '../client/json.ts';
import { FakeClock } from '../fixtures/fake-clock.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { until } from '../fixtures/until.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { CertificateAndKey } from '../tls/certificate-authority.ts';
import type { AdmissionAnswer, AdmissionRequest } from './admission.ts';
import { AdmissionEndpoints } from './admission-endpoints.ts';
import { MAX_BODY_BYTES } from './read-body.ts';
import { webhookMetrics } from './webhook-metrics.ts';

let certificate: CertificateAndKey;
let clock: FakeClock;
let logger: MemoryLogger;
let metrics: ReturnType<typeof createMetrics>;
let endpoints: AdmissionEndpoints;
let answer: (review: AdmissionRequest, signal: AbortSignal) => AdmissionAnswer | Promise<AdmissionAnswer>;
const kill = new AbortController();

beforeAll(async () => {
  certificate = await createCertificate();
});

beforeEach(async () => {
  clock = new FakeClock();
  logger = new MemoryLogger();
  metrics = createMetrics({ processMetrics: false });
  answer = () => ({ allowed: true });
  endpoints = new AdmissionEndpoints({
    webhooks: { '/validate': (review, signal) => answer(review, signal) },
    timeoutMs: 8_000,
    clock,
    logger,
    metrics: webhookMetrics(metrics, clock),
  });
  endpoints.use(certificate);
  await endpoints.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(() => endpoints.close(AbortSignal.abort()));

const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'question',
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    operation: 'CREATE',
    object: { metadata: { name: 'a' } },
  },
};

interface Answered {
  readonly status: number;
  readonly body: string;
}

interface SendOptions {
  readonly path?: string;
  readonly method?: string;
  readonly ca?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(body: string | object, options: SendOptions = {}): Promise<Answered> {
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json', ...options.headers };
  const defaults = { host: '127.0.0.1', port: endpoints.port, path: '/validate', method: 'POST', agent: false };
  return new Promise((resolve, reject) => {
    const call = request({ ...defaults, ca: certificate.cert, ...options, headers }, response => {
      text(response).then(received => resolve({ status: response.statusCode ?? 0, body: received }), reject);
    });
    call.on('error', reject);
    call.end(content);
  });
}

async function responseTo(body: object): Promise<unknown> {
  const answered = await send(body);
  expect(answered.status).toBe(200);
  const { response }: { readonly response: unknown } = JSON.parse(answered.body);
  return response;
}

test('an allowed change: the answer names the question and carries the warnings', async () => {
  answer = () => ({ allowed: true, warnings: ['use b'] });
  await expect(responseTo(review)).resolves.toEqual({ uid: 'question', allowed: true, warnings: ['use b'] });
});

test('a refused change has a status that says why', async () => {
  const causes = [{ field: 'data.a', message: 'no', reason: 'FieldValueInvalid' }];
  answer = () => ({ allowed: false, message: 'no a', causes });
  const named = { group: '', kind: 'ConfigMap', name: 'a' };
  const status = { status: 'Failure', code: 422, reason: 'Invalid', message: 'no a', details: { ...named, causes } };
  await expect(responseTo(review)).resolves.toEqual({ uid: 'question', allowed: false, status });
});

test('the handler gets what the API server sends, with null for what there is not', async () => {
  let seen: AdmissionRequest | undefined;
  answer = received => {
    seen = received;
    return { allowed: true };
  };
  await send(review);
  expect(seen).toEqual({ ...review.request, oldObject: null, userInfo: {} });
});

test('a handler that throws refuses, and only the log says why', async () => {
  answer = () => {
    throw new Error('the password is 1234');
  };
  const response = await responseTo(review);
  expect(response).toMatchObject({ allowed: false, status: { code: 500, reason: 'InternalError' } });
  expect(JSON.stringify(response)).not.toContain('1234');
  const meta: unknown = expect.objectContaining({ path: '/validate', name: undefined, resource: 'configmaps' });
  expect(logger.lines).toContainEqual({ level: 'error', message: 'Review failed, so the change is refused', meta });
});

test('a handler that takes too long refuses, and is told to end', async () => {
  const signals: AbortSignal[] = [];
  answer = (_review, signal) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const response = responseTo(review);
  await until('the question', () => signals.length > 0);
  await clock.advance(8_000);
  await expect(response).resolves.toMatchObject({ allowed: false, status: { code: 504, reason: 'Timeout' } });
  expect(signals[0]?.aborted).toBe(true);
});

test.each<[what: string, status: number, says: string, body: string | object, options?: SendOptions]>([
  ['no JSON', 400, 'not a JSON object', '{'],
  ['a list', 400, 'not a JSON object', '[]'],
  ['very deep JSON', 400, 'not a JSON object', '['.repeat(100_000)],
  ['another version', 400, 'admissionReviewVersions', { ...review, apiVersion: 'admission.k8s.io/v1beta1' }],
  ['no request', 400, 'no request', { ...review, request: 1 }],
  ['no uid', 400, 'no uid', { ...review, request: { ...review.request, uid: 1 } }],
  ['no kind', 400, 'no kind', { ...review, request: { ...review.request, kind: {} } }],
  ['no resource', 400, 'no resource', { ...review, request: { ...review.request, resource: null } }],
  ['an unknown operation', 400, 'no known operation', { ...review, request: { ...review.request, operation: 'EAT' } }],
  ['no object', 400, 'no object', { ...review, request: { ...review.request, object: null } }],
  ['no old object', 400, 'no oldObject', { ...review, request: { ...review.request, operation: 'UPDATE' } }],
  ['another path', 404, 'there are: /validate', review, { path: '/constructor' }],
  ['another method', 405, 'only POST', '', { method: 'GET' }],
  ['another type', 415, 'only application/json', review, { headers: { 'content-type': 'text/plain' } }],
])('%s is answered %d', async (_what, ...[status, says, body, options]) => {
  const answered = await send(body, options);
  expect(answered.status).toBe(status);
  expect(answered.body).toContain(says);
});

test('a body that is too large is refused, whether its length is told or not', async () => {
  const large = 'x'.repeat(MAX_BODY_BYTES + 1);
  for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
    const outcome = await send(large, { headers }).then(({ status }) => status, errorCode);
    // A caller that is still sending may see the connection close instead of the answer.
    expect([413, 'EPIPE', 'ECONNRESET']).toContain(outcome);
  }
  await expect(responseTo(review)).resolves.toMatchObject({ allowed: true });
});

test('another certificate serves new connections at once', async () => {
  const other = await createCertificate();
  endpoints.use(other);
  await expect(send(review)).rejects.toThrow(/certificate|signature/);
  await expect(send(review, { ca: other.cert })).resolves.toMatchObject({ status: 200 });
});

test('a certificate that cannot be used is an error, and the one before goes on', async () => {
  expect(() => endpoints.use({ cert: 'none', key: 'none' })).toThrow(/PEM|DECODER/i);
  await expect(responseTo(review)).resolves.toMatchObject({ allowed: true });
});

test('what is under way when it closes is answered; afterwards nobody is there', async () => {
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<AdmissionAnswer>();
  answer = () => {
    asked.resolve();
    return go.promise;
  };
  const response = responseTo(review);
  await asked.promise;
  const closing = endpoints.close(kill.signal);
  go.resolve({ allowed: true });
  await expect(response).resolves.toMatchObject({ allowed: true });
  await closing;
  await expect(send(review)).rejects.toThrow(/port|ECONNREFUSED/);
});

test('requests are counted by path, status and verdict', async () => {
  await send(review);
  answer = () => ({ allowed: false });
  await send(review);
  await send(review, { path: '/secret' });
  const lines = (await metrics.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'controller_runtime_webhook_requests_total{webhook="/validate",code="200"} 2',
      'controller_runtime_webhook_requests_total{webhook="other",code="404"} 1',
      'webhook_admission_verdicts_total{webhook="/validate",verdict="allowed"} 1',
      'webhook_admission_verdicts_total{webhook="/validate",verdict="refused"} 1',
      'controller_runtime_webhook_requests_in_flight{webhook="/validate"} 0',
      'controller_runtime_webhook_latency_seconds_count{webhook="/validate"} 2',
    ]),
  );
});
