import { withoutSecrets } from './redact.ts';

const secret = 'S'.repeat(40);

describe('withoutSecrets', () => {
  it.each([
    `https://arm/operations/1?api-version=1&t=638&c=${secret}&s=${secret}&h=${secret}`,
    `https://x.blob.core.windows.net/y?sv=1&sig=${secret}`,
    `grant_type=client_credentials&client_secret=${secret}&scope=x`,
    `client_assertion=${secret}`,
    `Authorization: Bearer ${secret}`,
    `the token eyJ${secret}.${secret}.${secret} is expired`,
  ])('removes the secrets of %s', words => {
    expect(withoutSecrets(words)).not.toContain(secret);
  });

  it.each([
    'See https://aka.ms/aks-pending-operation for more details',
    'https://aka.ms/x?tab=cli&status=InProgressOfSomething',
    'Current Limit: 100, Current Usage: 56, exit status=85, sizes=Standard_NC24ads_A100_v4',
    '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg is locked',
  ])('leaves alone %s', words => {
    expect(withoutSecrets(words)).toBe(words);
  });
});
