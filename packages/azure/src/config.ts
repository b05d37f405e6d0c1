import { clouds } from './clouds.ts';
import type { CloudEndpoints, CloudName } from './clouds.ts';
import type { RequestRecord } from './wire-client.ts';

/** The one identity that is used; there is no chain of attempts. */
export interface CredentialConfig {
  readonly type: 'workload-identity' | 'managed-identity' | 'client-secret';
  /** Needed but for managed-identity. */
  readonly tenantId?: string;
  /** Needed but for managed-identity, where its absence means the system-assigned identity. */
  readonly clientId?: string;
  /** Path of the projected service account token; needed for workload-identity. */
  readonly federatedTokenFile?: string;
  /** Needed for client-secret. */
  readonly clientSecret?: string;
}

export interface AzureConfig {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly clusterName: string;
  readonly cloud: CloudName;
  /** https URL that replaces the cloud's Azure Resource Manager. */
  readonly armEndpoint?: string;
  /** https URL that replaces the cloud's Microsoft Entra. */
  readonly authorityHost?: string;
  /** PEM file of the certificate authorities to trust instead of the built-in ones, proxies included. */
  readonly caFile?: string;
  readonly credential: CredentialConfig;
  /** What the requests call us, for example `kaito-gpu-provisioner/1.2.3`. */
  readonly userAgent: string;
  /** Milliseconds that one request may take, the answer's body included; 30,000 when absent. */
  readonly timeoutMs?: number;
  /** Told of every request that went out, once it is over; it must not throw. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Milliseconds since the epoch, for token lifetimes and dates in Retry-After; `Date.now` when absent. */
  readonly now?: () => number;
}

/** The configuration cannot work; the message lists every fault in it. */
export class AzureConfigError extends Error {
  override readonly name = 'AzureConfigError';
}

const neededByCredential: Readonly<Record<CredentialConfig['type'], readonly (keyof CredentialConfig)[]>> = {
  'workload-identity': ['tenantId', 'clientId', 'federatedTokenFile'],
  'managed-identity': [],
  'client-secret': ['tenantId', 'clientId', 'clientSecret'],
};

/**
 * Checks the configuration and gives the endpoints that follow from it, without slashes at their ends.
 * @throws AzureConfigError naming every field that is missing or wrong.
 */
export function resolveEndpoints(config: AzureConfig): CloudEndpoints {
  const cloud = clouds[config.cloud];
  const faults = [...missingFields(config), ...credentialFaults(config.credential), ...urlFaults(config)];
  if (cloud === undefined) faults.push(`cloud is ${config.cloud}, not one of ${Object.keys(clouds).join(', ')}`);
  if (cloud === undefined || faults.length > 0) throw new AzureConfigError(`Azure configuration: ${faults.join('; ')}`);
  return {
    armEndpoint: trimSlash(config.armEndpoint ?? cloud.armEndpoint),
    authorityHost: trimSlash(config.authorityHost ?? cloud.authorityHost),
    tokenScope: cloud.tokenScope,
  };
}

function missingFields(config: AzureConfig): string[] {
  const needed = ['subscriptionId', 'resourceGroup', 'clusterName', 'userAgent'] as const;
  return needed.filter(field => !config[field]).map(field => `${field} is missing`);
}

function credentialFaults(credential: CredentialConfig): string[] {
  if (!Object.hasOwn(neededByCredential, credential.type)) {
    return [`credential.type is ${credential.type}, not one of ${Object.keys(neededByCredential).join(', ')}`];
  }
  const missing = neededByCredential[credential.type].filter(field => !credential[field]);
  return missing.map(field => `credential.${field} is missing, ${credential.type} needs it`);
}

function urlFaults(config: AzureConfig): string[] {
  const wrong = (['armEndpoint', 'authorityHost'] as const).filter(
    field => !isHttpsUrl(config[field] ?? 'https://absent'),
  );
  return wrong.map(field => `${field} is not an https URL: ${config[field]}`);
}

function isHttpsUrl(text: string): boolean {
  return URL.parse(text)?.protocol === 'https:';
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
