import { ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential } from '@azure/identity';
import type { TokenCredential, TokenCredentialOptions } from '@azure/identity';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { isPublicAuthority } from './clouds.ts';
import { AzureConfigError } from './config.ts';
import type { CredentialConfig } from './config.ts';

/** Where tokens come from, and over what. */
export interface CredentialTransport {
  readonly authorityHost: string;
  readonly httpClient: HttpClient;
  readonly userAgent: string;
}

/** With these three set, the SDK's managed identity quietly becomes a workload identity. */
const workloadIdentityVariables = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE'] as const;

/**
 * Gives the way to build exactly the credential that the configuration names; nothing else is tried.
 * @throws AzureConfigError when the environment would make the SDK use another identity than the configured one.
 */
export function credentialFactory(config: CredentialConfig, transport: CredentialTransport): () => TokenCredential {
  const options: TokenCredentialOptions & { disableInstanceDiscovery: boolean } = {
    authorityHost: transport.authorityHost,
    disableInstanceDiscovery: !isPublicAuthority(transport.authorityHost),
    httpClient: transport.httpClient,
    userAgentOptions: { userAgentPrefix: transport.userAgent },
    retryOptions: { maxRetries: 0 },
  };
  const { tenantId = '', clientId = '', clientSecret = '', federatedTokenFile: tokenFilePath = '' } = config;
  if (config.type === 'workload-identity') {
    return () => new WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath });
  }
  if (config.type === 'client-secret')
    return () => new ClientSecretCredential(tenantId, clientId, clientSecret, options);
  refuseHiddenWorkloadIdentity();
  return () => new ManagedIdentityCredential(clientId ? { ...options, clientId } : { ...options });
}

function refuseHiddenWorkloadIdentity(): void {
  if (!workloadIdentityVariables.every(name => process.env[name])) return;
  throw new AzureConfigError(
    `Azure configuration: credential.type is managed-identity, but ${workloadIdentityVariables.join(', ')} are set and would ` +
      'be used in its place; set the type to workload-identity or unset one of them',
  );
}
