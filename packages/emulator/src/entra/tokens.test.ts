import { ServiceError } from '../http/service-error.ts';
import { checkAssertion } from './assertion.ts';
import { Tokens } from './tokens.ts';

const now = Date.UTC(2026, 0, 1);
const tenant = '00000000-0000-0000-0000-00000000000a';
const request = { audience: 'https://management.azure.com', issuer: 'https://x', clientId: 'c', now, ttlSeconds: 60 };

function refusalOf(call: () => void): ServiceError | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

describe('access tokens', () => {
  const tokens = new Tokens(tenant);
  const check = (header: string | undefined, at = now): ServiceError | undefined =>
    refusalOf(() => tokens.check(header, 'https://arm', at));

  it('are good until they expire', () => {
    const header = `Bearer ${tokens.issue(request)}`;
    expect(check(header)).toBeUndefined();
    expect(check(header, now + 59_999)).toBeUndefined();
    expect(check(header, now + 60_000)).toMatchObject({ status: 401, code: 'ExpiredAuthenticationToken' });
  });

  it.each([
    [undefined, 'AuthenticationFailed'],
    ['Basic abc', 'AuthenticationFailed'],
    ['Bearer abc', 'InvalidAuthenticationToken'],
    [`Bearer ${new Tokens(tenant).issue(request)}`, 'InvalidAuthenticationToken'],
    [`Bearer ${tokens.issue(request).replace(/\.[^.]+\./, '.e30.')}`, 'InvalidAuthenticationToken'],
  ])('%s is refused: %s', (header, code) => {
    const refusal = check(header);
    expect(refusal).toMatchObject({ status: 401, code, shape: 'nested' });
    expect(refusal?.headers['www-authenticate']).toMatch(
      /^Bearer authorization_uri="https:\/\/arm\/.*", error="invalid_token"/,
    );
  });
});

const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('a client assertion', () => {
  const federated = { issuer: 'https://issuer/', subject: 'system:serviceaccount:ns:sa' };
  const good = {
    iss: federated.issuer,
    sub: federated.subject,
    aud: ['api://AzureADTokenExchange'],
    exp: now / 1000 + 60,
  };

  it.each([
    ['plain text', 'a file', {}, undefined],
    ['plain text with a credential', 'a file', federated, 'AADSTS50027'],
    ['a good token', jwt(good), federated, undefined],
    ['an expired token', jwt({ ...good, exp: now / 1000 }), {}, 'AADSTS700024'],
    ['another issuer', jwt({ ...good, iss: 'x' }), federated, 'AADSTS700211'],
    ['another subject', jwt({ ...good, sub: 'X' }), federated, 'AADSTS700213'],
    ['another audience', jwt({ ...good, aud: 'x' }), federated, 'AADSTS700212'],
  ])('%s', (_what, assertion, credential, number) => {
    const refusal = refusalOf(() => checkAssertion(assertion, credential, now));
    expect(refusal?.message.split(':')[0]).toBe(number);
    expect(refusal === undefined || refusal.shape === 'entra').toBe(true);
  });
});
