import { inspect } from 'node:util';
import { createAzure } from './azure.ts';
import { AzureError, isAzureError } from './azure-error.ts';
import type { RequestRecord } from './wire-client.ts';
import { LocalAzure } from '@kaito/testing';
import type { AzureAnswer } from '@kaito/testing';
import { toAzureError } from './to-azure-error.ts';

let arm: LocalAzure;
const records: RequestRecord[] = [];

beforeAll(async () => {
  arm = await LocalAzure.start();
});
afterEach(() => {
  arm.reset();
  records.length = 0;
});
afterAll(() => arm.close());

const now = Date.parse('2026-11-22T10:00:00Z');

/** The error of a read that ARM answers so. */
async function failWith(...answers: AzureAnswer[]): Promise<AzureError> {
  // Short only where the answer never comes: a machine under load is slow.
  const timeoutMs = answers.some(answer => answer === 'hang' || answer === 'hang in the body') ? 600 : 10_000;
  const azure = createAzure({ ...arm.config(), timeoutMs, onRequest: record => records.push(record) });
  arm.answer('GET /', ...answers);
  const error: unknown = await azure.agentPools.list().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAzureError(error)) throw new Error(`no AzureError but ${inspect(error)}`);
  return error;
}

describe('errors of calls', () => {
  it('carry code, status, kind, correlation id and the words of the service', async () => {
    const error = await failWith({
      status: 403,
      headers: { 'x-ms-correlation-request-id': 'correlation-1', 'x-ms-request-id': 'request-1' },
      body: { error: { code: 'AuthorizationFailed', message: "The client 'a' does not have authorization." } },
    });
    expect(error).toMatchObject({
      name: 'AzureError',
      message: "The client 'a' does not have authorization.",
      code: 'AuthorizationFailed',
      statusCode: 403,
      kind: 'auth',
      correlationId: 'correlation-1',
      operation: 'agentPools.list',
    });
  });

  it('pass on a Retry-After of 90 s at once, without waiting or asking again', async () => {
    const error = await failWith({
      status: 429,
      headers: { 'retry-after': '90' },
      body: { code: 'TooManyRequests', message: 'slow down' },
    });
    expect(error).toMatchObject({ kind: 'throttled', retryAfterMs: 90_000 });
    expect(arm.armRequests()).toHaveLength(1);
  });

  it('take the code from x-ms-error-code before the body', async () => {
    const headers = { 'x-ms-error-code': 'VMSizeNotSupported' };
    const error = await failWith({ status: 400, headers, body: { error: { code: 'BadRequest', message: 'no' } } });
    expect(error).toMatchObject({ code: 'VMSizeNotSupported', kind: 'sku' });
  });

  it('unfold details', async () => {
    const details = [{ code: 'QuotaExceeded', message: 'exceeding approved X Cores quota' }];
    const error = await failWith({
      status: 400,
      body: { error: { code: 'InvalidTemplateDeployment', message: 'see', details } },
    });
    expect(error).toMatchObject({ kind: 'quota', details });
  });

  it('show a little of an answer that is not from Azure', async () => {
    const error = await failWith({
      status: 502,
      body: '<html><style>p{}</style><h1>Bad&nbsp;gateway</h1> proxy-7</html>',
    });
    expect(error).toMatchObject({
      code: 'HTTP502',
      kind: 'transient',
      message: 'status 502: Bad&nbsp;gateway proxy-7',
    });
  });

  it('say that an empty answer is empty', async () => {
    expect(await failWith({ status: 503 })).toMatchObject({
      kind: 'transient',
      message: 'status 503 without a message',
    });
  });

  it.each([
    ['a page of something else', '<html>welcome</html>'],
    ['a list without a list', { value: 'none' }],
    ['pools without names', { value: [{ properties: {} }] }],
  ])('call %s malformed', async (_, body) => {
    const error = await failWith({ status: 200, body });
    expect(error).toMatchObject({ code: 'MalformedResponse', kind: 'transient', statusCode: 200 });
  });

  it('name a broken connection', async () => {
    expect(await failWith('reset')).toMatchObject({ code: 'ECONNRESET', kind: 'transient' });
    expect(arm.armRequests()).toHaveLength(2); // a read is sent once more
  });

  it.each(['hang', 'hang in the body'] as const)('end a server that would %s', async answer => {
    const error = await failWith(answer);
    expect(error).toMatchObject({ code: 'Timeout', kind: 'transient', message: 'no answer within 600 ms' });
    expect(arm.armRequests()).toHaveLength(1);
    await arm.abandonment(); // the connection is closed, not left to hang
  });

  it('name an abort, before and during the request', async () => {
    const azure = createAzure(arm.config());
    await expect(azure.agentPools.list({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'Aborted' });
    expect(arm.seen).toEqual([]);
    arm.answer('GET /', 'hang');
    const caller = new AbortController();
    const listing = azure.agentPools.list({ signal: caller.signal });
    await arm.arrival('GET /subscriptions');
    caller.abort();
    await expect(listing).rejects.toMatchObject({ code: 'Aborted', kind: 'transient' });
    await arm.abandonment();
  });

  it('name a server that is not there', async () => {
    const gone = await LocalAzure.start();
    const azure = createAzure({ ...arm.config(), armEndpoint: gone.url });
    await gone.close();
    await expect(azure.agentPools.list()).rejects.toMatchObject({ code: 'ECONNREFUSED', kind: 'transient' });
  });

  it('name a certificate that is not trusted', async () => {
    const { caFile: _, ...config } = arm.config();
    await expect(createAzure(config).agentPools.list()).rejects.toMatchObject({
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      kind: 'transient',
    });
  });

  it('hold no token, no URL and no request, however they are printed', async () => {
    const assertion = `eyJ${'a'.repeat(40)}.payload.signature`;
    const quoting = `<h1>Blocked</h1> GET https://arm/subscriptions/x?c=${'c'.repeat(40)}&s=${'s'.repeat(40)} with Authorization: Bearer ${assertion}`;
    for (const answer of [
      { status: 500, body: { code: 'X', message: 'no' } },
      { status: 403, body: quoting },
      { status: 400, body: { code: 'X', message: quoting, details: [{ code: 'Y', message: assertion }] } },
      'reset',
    ] as const) {
      const error = await failWith(answer);
      const printed = `${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)} ${JSON.stringify(records)}`;
      expect(printed).not.toMatch(/token-\d|eyJa|cccc|ssss|subscriptions\/sub|127\.0\.0\.1/);
    }
  });

  it('hold no signature of an operation that cannot be read', async () => {
    const azure = createAzure({ ...arm.config(), onRequest: record => records.push(record) });
    const signature = 's'.repeat(60);
    const url = `${arm.url}/subscriptions/sub/operations/1?t=638000000000&c=${signature}&s=${signature}&h=${signature}`;
    for (const answer of [{ status: 404, body: { code: 'NotFound', message: `no ${url}` } }, 'reset'] as const) {
      arm.answer('GET /', answer);
      const error: unknown = await azure.agentPools.operation(url).catch((reason: unknown) => reason);
      expect(isAzureError(error)).toBe(true);
      expect(`${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(records)}`).not.toContain('ssss');
    }
    await expect(azure.agentPools.operation(`https://elsewhere.example/?s=${signature}`)).rejects.toMatchObject({
      code: 'ForeignUrl',
      message: expect.not.stringContaining('ssss'),
    });
  });
});

describe('onRequest', () => {
  it('is told of each request on the wire, once', async () => {
    await failWith({
      status: 429,
      headers: { 'x-ms-request-id': 'request-1', 'retry-after': '90' },
      body: { code: 'TooManyRequests', message: 'm' },
    });
    expect(records).toEqual([
      { operation: 'token', method: 'GET', statusCode: 200, durationMs: expect.any(Number) },
      { operation: 'token', method: 'POST', statusCode: 200, durationMs: expect.any(Number) },
      {
        operation: 'agentPools.list',
        method: 'GET',
        statusCode: 429,
        code: 'TooManyRequests',
        correlationId: 'request-1',
        retryAfterMs: 90_000,
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('is told of requests without an answer', async () => {
    await failWith('reset', 'hang');
    expect(records.slice(2).map(({ method, code }) => [method, code])).toEqual([
      ['GET', 'ECONNRESET'],
      ['GET', 'Timeout'],
    ]);
  });
});

describe('toAzureError', () => {
  const call = { operation: 'test', signal: undefined, now };

  it("reads the text of the SDK's failed operation", () => {
    const error = new Error('The long-running operation has failed. AllocationFailed. Allocation failed. No capacity.');
    expect(toAzureError(error, call)).toMatchObject({
      code: 'AllocationFailed',
      kind: 'capacity',
      message: 'Allocation failed. No capacity.',
    });
  });

  it('finds an Entra error within other words', () => {
    const id = '11111111-2222-3333-4444-555555555555';
    const error = new Error(
      `invalid_client: Error(s): 700016 - Description: AADSTS700016: not found. Trace ID: x Correlation ID: ${id}`,
    );
    expect(toAzureError(error, call)).toMatchObject({
      code: 'AADSTS700016',
      kind: 'auth',
      message: 'AADSTS700016: not found.',
      correlationId: id,
    });
  });

  it('keeps an unknown error, with its cause for the log', () => {
    const bug = new RangeError('index 7');
    const error = toAzureError(bug, call);
    expect(error).toMatchObject({ code: 'RangeError', kind: 'unknown', message: 'index 7' });
    expect(error.cause).toBe(bug);
  });

  it('bears what is no error', () => {
    expect(toAzureError('boom', call)).toMatchObject({ code: 'Unknown', message: 'boom', kind: 'unknown' });
  });

  it('does not wrap twice', () => {
    const error = new AzureError('m', { code: 'X', operation: 'first' });
    expect(toAzureError(error, call)).toBe(error);
  });
});
