import { loadConfig } from './config.ts';

describe('loadConfig', () => {
  it('needs nothing to be set', () => {
    expect(loadConfig({ argv: [], env: {} })).toMatchObject({
      presetRegistry: 'mcr.microsoft.com/aks/kaito',
      metricsPort: 8080,
      healthPort: 8081,
      leaderElect: true,
      leaderElectionNamespace: 'kaito-system',
      logLevel: 'info',
    });
  });

  it("reads KAITO's variables, and flags over them", () => {
    const env = {
      PRESET_REGISTRY_NAME: 'example.azurecr.io/kaito',
      CLOUD_PROVIDER: 'azure',
      KAITO_CLAIM_KIND: 'machine',
    };
    expect(loadConfig({ argv: ['--claim-kind', 'nodeclaim'], env })).toMatchObject({
      presetRegistry: 'example.azurecr.io/kaito',
      claimKind: 'nodeclaim',
    });
  });

  it('refuses what it does not know, by name', () => {
    expect(() => loadConfig({ argv: [], env: { KAITO_CLAIM_KIND: 'pod' } })).toThrow(/KAITO_CLAIM_KIND/);
  });
});
