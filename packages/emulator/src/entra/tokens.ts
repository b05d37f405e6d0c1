import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isRecord, tryParse } from '../http/json.ts';
import { ServiceError } from '../http/service-error.ts';

interface Claims {
  readonly aud: string;
  readonly iss: string;
  readonly tid: string;
  readonly appid: string;
  readonly nbf: number;
  readonly exp: number;
}

/**
 * Access tokens: JSON web tokens signed with a key that lives as long as the emulator. Nobody but the emulator can check
 * them, as nobody but Azure looks into Azure's.
 */
export class Tokens {
  readonly #key = randomBytes(32);
  readonly #tenantId: string;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  /** Signs a token for `audience` that expires after `ttlSeconds`. */
  issue(token: { audience: string; issuer: string; clientId: string; now: number; ttlSeconds: number }): string {
    const nbf = Math.floor(token.now / 1000);
    const claims: Claims = {
      aud: token.audience,
      iss: token.issuer,
      tid: this.#tenantId,
      appid: token.clientId,
      nbf,
      exp: nbf + token.ttlSeconds,
    };
    const content = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`;
    return `${content}.${this.#sign(content).toString('base64url')}`;
  }

  /**
   * Checks an Authorization header.
   * @throws ServiceError 401 in ARM's words and with its challenge when the token is missing, not ours, or expired.
   */
  check(authorization: string | undefined, origin: string, now: number): void {
    const refuse = (code: string, message: string): ServiceError =>
      new ServiceError('nested', 401, {
        code,
        message,
        headers: {
          'www-authenticate': `Bearer authorization_uri="${origin}/${this.#tenantId}", error="invalid_token", error_description="${message}"`,
        },
      });
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw refuse(
        'AuthenticationFailed',
        "Authentication failed. The 'Authorization' header is missing or not a bearer token.",
      );
    }
    const claims = this.#verify(token);
    if (!claims) throw refuse('InvalidAuthenticationToken', 'The access token is invalid.');
    if (claims.exp * 1000 <= now) {
      const expiry = new Date(claims.exp * 1000).toISOString();
      throw refuse(
        'ExpiredAuthenticationToken',
        `The access token expiry UTC time '${expiry}' is earlier than current UTC time.`,
      );
    }
  }

  #verify(token: string): Pick<Claims, 'exp'> | undefined {
    const [header, payload, signature, ...rest] = token.split('.');
    if (!header || !payload || !signature || rest.length > 0) return undefined;
    const given = Buffer.from(signature, 'base64url');
    const expected = this.#sign(`${header}.${payload}`);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const claims = decode(payload);
    return isRecord(claims) && typeof claims['exp'] === 'number' ? { exp: claims['exp'] } : undefined;
  }

  #sign(content: string): Buffer {
    return createHmac('sha256', this.#key).update(content).digest();
  }
}

/**
 * The claims of somebody else's JSON web token, not verified.
 * @returns undefined when the text is not one.
 */
export function peekClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const payload = token.split('.')[1];
  const claims = payload === undefined ? undefined : decode(payload);
  return isRecord(claims) ? claims : undefined;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): unknown {
  return tryParse(Buffer.from(part, 'base64url').toString('utf8'));
}
