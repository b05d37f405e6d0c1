import { azureConfig, loadConfig } from './config.ts';

/** What the chart of the Go provisioner sets. */
const env = {
  ARM_SUBSCRIPTION_ID: 'sub',
  ARM_RESOURCE_GROUP: 'rg',
  AZURE_CLUSTER_NAME: 'aks',
  LOCATION: 'eastus',
  AZURE_TENANT_ID: 'tenant',
  AZURE_CLIENT_ID: 'client',
  AZURE_FEDERATED_TOKEN_FILE: '/var/run/token',
};

test("reads the Go provisioner's environment, and leads by a Lease unless told otherwise", () => {
  const options = loadConfig([], env);
  expect(options).toMatchObject({
    subscriptionId: 'sub',
    resourceGroup: 'rg',
    clusterName: 'aks',
    location: 'eastus',
    metricsPort: 8080,
    healthPort: 8081,
    leaderElect: true,
    disableLeaderElection: false,
    pollIdle: 120_000,
  });
});

test('white space around values does not matter', () => {
  expect(loadConfig([], { ...env, LOCATION: ' eastus\n' }).location).toBe('eastus');
});

test('names every setting that is missing', () => {
  expect(() => loadConfig([], {})).toThrow(
    /ARM_SUBSCRIPTION_ID[^]*ARM_RESOURCE_GROUP[^]*AZURE_CLUSTER_NAME[^]*LOCATION/,
  );
});

const credential = (over: Readonly<Record<string, string | undefined>>) =>
  azureConfig(loadConfig([], { ...env, ...over }), 'test').credential;

describe('the credential', () => {
  test('is workload identity when there is a token file', () => {
    expect(credential({})).toEqual({
      type: 'workload-identity',
      tenantId: 'tenant',
      clientId: 'client',
      federatedTokenFile: '/var/run/token',
    });
  });

  test('is the managed identity in managed mode, though a token file may lie around', () => {
    expect(credential({ DEPLOYMENT_MODE: 'managed' }).type).toBe('managed-identity');
  });

  test('is a client secret when that is what there is', () => {
    const over = { AZURE_FEDERATED_TOKEN_FILE: undefined, AZURE_CLIENT_SECRET: 'hush' };
    expect(credential(over)).toMatchObject({ type: 'client-secret', clientSecret: 'hush' });
  });

  test('has to be configured', () => {
    expect(() => credential({ AZURE_FEDERATED_TOKEN_FILE: undefined })).toThrow(/AZURE_FEDERATED_TOKEN_FILE/);
  });
});

test('endpoints are passed on when they are given, and left to the cloud when not', () => {
  const plain = azureConfig(loadConfig([], env), 'test');
  expect(plain).not.toHaveProperty('armEndpoint');
  const own = loadConfig([], { ...env, ARM_ENDPOINT: 'https://arm', AZURE_CA_FILE: '/ca', AZURE_CLOUD: 'china' });
  expect(azureConfig(own, 'test')).toMatchObject({ armEndpoint: 'https://arm', caFile: '/ca', cloud: 'china' });
});
