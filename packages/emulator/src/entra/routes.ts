import type { ClusterIdentity } from '../admin/protocol.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import { ServiceError } from '../http/service-error.ts';
import { checkAssertion } from './assertion.ts';
import type { FederatedCredential } from './assertion.ts';
import type { Tokens } from './tokens.ts';

export interface EntraOptions {
  readonly cluster: ClusterIdentity;
  readonly tokens: Tokens;
  /** The application's secret; absent: any is good. */
  readonly clientSecret: string | undefined;
  readonly federatedCredential: FederatedCredential | undefined;
  readonly now: () => number;
  readonly tokenTtlSeconds: () => number;
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Entra's token endpoint (client credentials with an assertion or a secret), what MSAL asks before it, and the managed
 * identity endpoint of virtual machines.
 */
export function entraRoutes(options: EntraOptions): readonly Route[] {
  const token = (call: Call, tenant: string): Reply => issueToken(call, tenant, options);
  const managedIdentity = (call: Call): Reply => issueManagedIdentityToken(call, options);
  return [
    {
      area: 'entra',
      method: 'GET',
      name: 'instance-discovery',
      path: '/common/discovery/instance',
      handle: call => ({ status: 200, body: instanceDiscovery(call.origin, options.cluster.tenantId) }),
    },
    {
      area: 'entra',
      method: 'GET',
      name: 'openid-configuration',
      path: '/:tenant/v2.0/.well-known/openid-configuration',
      handle: (call, { tenant = '' }) => ({ status: 200, body: openIdConfiguration(call.origin, tenant) }),
    },
    {
      area: 'entra',
      method: 'GET',
      name: 'keys',
      path: '/:tenant/discovery/v2.0/keys',
      // Tokens are signed with a shared secret that nobody else may have, so there is no public key to publish.
      handle: () => ({ status: 200, body: { keys: [] } }),
    },
    {
      area: 'entra',
      method: 'POST',
      name: 'token',
      path: '/:tenant/oauth2/v2.0/token',
      handle: (call, { tenant = '' }) => token(call, tenant),
    },
    {
      area: 'entra',
      method: 'POST',
      name: 'token',
      path: '/:tenant/oauth2/token',
      handle: (call, { tenant = '' }) => token(call, tenant),
    },
    {
      area: 'entra',
      method: 'GET',
      name: 'managed-identity',
      path: '/metadata/identity/oauth2/token',
      handle: managedIdentity,
    },
  ];
}

function instanceDiscovery(origin: string, tenant: string): object {
  const host = new URL(origin).host;
  return {
    tenant_discovery_endpoint: `${origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

function openIdConfiguration(origin: string, tenant: string): object {
  return {
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    issuer: `${origin}/${tenant}/v2.0`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code', 'token'],
    response_modes_supported: ['query', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'appid'],
  };
}

function issueToken(call: Call, tenant: string, options: EntraOptions): Reply {
  const form = new URLSearchParams(call.body);
  checkTenant(tenant, options.cluster);
  if (form.get('grant_type') !== 'client_credentials') {
    throw refusal(400, 'unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.');
  }
  const clientId = form.get('client_id') ?? '';
  if (clientId.toLowerCase() !== options.cluster.clientId.toLowerCase()) {
    throw refusal(
      400,
      'unauthorized_client',
      `AADSTS700016: Application with identifier '${clientId}' was not found in the directory '${tenant}'.`,
    );
  }
  checkCredential(form, options);
  const audience = (form.get('scope') ?? form.get('resource') ?? '').replace(/\/\.default$/, '');
  if (audience === '') {
    throw refusal(
      400,
      'invalid_request',
      "AADSTS900144: The request body must contain the following parameter: 'scope'.",
    );
  }
  const ttlSeconds = options.tokenTtlSeconds();
  const issuer = `${call.origin}/${tenant}/v2.0`;
  const access_token = options.tokens.issue({ audience, issuer, clientId, now: options.now(), ttlSeconds });
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: ttlSeconds, ext_expires_in: ttlSeconds, access_token },
  };
}

function checkTenant(tenant: string, cluster: ClusterIdentity): void {
  if (tenant.toLowerCase() === cluster.tenantId.toLowerCase()) return;
  throw refusal(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
}

function checkCredential(form: URLSearchParams, options: EntraOptions): void {
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (assertion) {
    if (form.get('client_assertion_type') !== JWT_BEARER) {
      throw refusal(400, 'invalid_request', `AADSTS900144: 'client_assertion_type' must be '${JWT_BEARER}'.`);
    }
    checkAssertion(assertion, options.federatedCredential ?? {}, options.now());
  } else if (!secret) {
    throw refusal(
      401,
      'invalid_client',
      "AADSTS7000218: The request body must contain 'client_assertion' or 'client_secret'.",
    );
  } else if (options.clientSecret !== undefined && secret !== options.clientSecret) {
    throw refusal(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
  }
}

/** Managed identity docs, "acquire a token using HTTP": the header `Metadata: true` guards against forged requests; numbers are strings. */
function issueManagedIdentityToken(call: Call, { cluster, tokens, now, tokenTtlSeconds }: EntraOptions): Reply {
  const audience = call.query.get('resource');
  if (call.headers['metadata'] !== 'true') return badIdentityRequest('Required metadata header not specified');
  if (!audience) return badIdentityRequest("Required query variable 'resource' is missing");
  const clientId = call.query.get('client_id') ?? cluster.clientId;
  if (clientId.toLowerCase() !== cluster.clientId.toLowerCase()) return badIdentityRequest('Identity not found');
  const ttlSeconds = tokenTtlSeconds();
  const issuedAt = Math.floor(now() / 1000);
  const issuer = `${call.origin}/${cluster.tenantId}/v2.0`;
  return {
    status: 200,
    body: {
      access_token: tokens.issue({ audience, issuer, clientId, now: now(), ttlSeconds }),
      client_id: clientId,
      expires_in: String(ttlSeconds),
      expires_on: String(issuedAt + ttlSeconds),
      not_before: String(issuedAt),
      resource: audience,
      token_type: 'Bearer',
    },
  };
}

function badIdentityRequest(description: string): Reply {
  return { status: 400, body: { error: 'invalid_request', error_description: description } };
}

function refusal(status: number, code: string, message: string): ServiceError {
  return new ServiceError('entra', status, { code, message });
}
