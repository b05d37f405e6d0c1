import { ServiceError } from '../http/service-error.ts';
import { peekClaims } from './tokens.ts';

/** What an application's federated credential says; a part that is not configured is not compared. */
export interface FederatedCredential {
  readonly issuer?: string;
  readonly subject?: string;
}

/** Audience that Entra expects in a workload's token by default (workload identity federation docs). */
const AUDIENCE = 'api://AzureADTokenExchange';

/**
 * Checks a client assertion as Entra would, except for its signature: the emulator cannot reach the issuer's keys.
 * Text that is not a JSON web token is accepted, because test stacks use plain files, unless a credential is configured.
 * @throws ServiceError with the AADSTS number of what does not match.
 */
export function checkAssertion(assertion: string, credential: FederatedCredential, now: number): void {
  const claims = peekClaims(assertion);
  const strict = credential.issuer !== undefined || credential.subject !== undefined;
  if (!claims) {
    if (strict) throw invalidClient('AADSTS50027: JWT token is invalid or malformed.');
    return;
  }
  if (typeof claims['exp'] === 'number' && claims['exp'] * 1000 <= now) {
    throw invalidClient('AADSTS700024: Client assertion is not within its valid time range.');
  }
  if (strict) checkFederation(claims, credential);
}

function checkFederation(claims: Readonly<Record<string, unknown>>, { issuer, subject }: FederatedCredential): void {
  if (issuer !== undefined && claims['iss'] !== issuer) {
    throw invalidClient(
      `AADSTS700211: No matching federated identity record found for presented assertion issuer '${String(claims['iss'])}'.`,
    );
  }
  if (subject !== undefined && claims['sub'] !== subject) {
    throw invalidClient(
      `AADSTS700213: No matching federated identity record found for presented assertion subject '${String(claims['sub'])}'.`,
    );
  }
  const audiences: readonly unknown[] = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']];
  if (!audiences.includes(AUDIENCE)) {
    throw invalidClient(
      `AADSTS700212: No matching federated identity record found for presented assertion audience '${audiences.map(String).join(',')}'.`,
    );
  }
}

function invalidClient(message: string): ServiceError {
  return new ServiceError('entra', 401, { code: 'invalid_client', message });
}
