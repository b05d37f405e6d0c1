import { AzureConfigError, resolveEndpoints } from './config.ts';
import type { AzureConfig } from './config.ts';

const config: AzureConfig = {
  subscriptionId: 'sub',
  resourceGroup: 'rg',
  clusterName: 'aks',
  cloud: 'public',
  credential: { type: 'managed-identity' },
  userAgent: 'kaito-test/1',
};

describe('resolveEndpoints', () => {
  it.each([
    ['public', 'https://management.azure.com', 'https://login.microsoftonline.com'],
    ['usgovernment', 'https://management.usgovcloudapi.net', 'https://login.microsoftonline.us'],
    ['china', 'https://management.chinacloudapi.cn', 'https://login.chinacloudapi.cn'],
  ] as const)('knows the %s cloud', (cloud, armEndpoint, authorityHost) => {
    expect(resolveEndpoints({ ...config, cloud })).toEqual({
      armEndpoint,
      authorityHost,
      tokenScope: `${armEndpoint}/.default`,
    });
  });

  it('lets the configuration replace both hosts, not the scope', () => {
    const endpoints = resolveEndpoints({
      ...config,
      armEndpoint: 'https://localhost:1/',
      authorityHost: 'https://localhost:2//',
    });
    expect(endpoints).toEqual({
      armEndpoint: 'https://localhost:1',
      authorityHost: 'https://localhost:2',
      tokenScope: 'https://management.azure.com/.default',
    });
  });

  it('names every fault at once', () => {
    const wrong = {
      ...config,
      subscriptionId: '',
      armEndpoint: 'http://plain',
      credential: { type: 'workload-identity', clientId: 'c' },
    } as const;
    expect(() => resolveEndpoints(wrong)).toThrow(
      new AzureConfigError(
        'Azure configuration: subscriptionId is missing; credential.tenantId is missing, workload-identity needs it; ' +
          'credential.federatedTokenFile is missing, workload-identity needs it; armEndpoint is not an https URL: http://plain',
      ),
    );
  });

  it('refuses clouds and credentials that it does not know', () => {
    const wrong: AzureConfig = { ...config, ...JSON.parse('{"cloud":"mars","credential":{"type":"magic"}}') };
    expect(() => resolveEndpoints(wrong)).toThrow(/credential.type is magic.*cloud is mars/);
  });
});
