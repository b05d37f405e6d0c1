import { AzureError } from '@kaito/azure';
import { describeOutage } from './describe-outage.ts';

test('a sign-in that fails is told from a LIST that fails, each with the next step', () => {
  const code = 'AADSTS7000215';
  expect(describeOutage(new AzureError(`${code}: Invalid client secret.`, { code, operation: 'token' }))).toBe(
    'cannot sign in to Azure: AADSTS7000215: Invalid client secret.; AZURE_CLIENT_SECRET is wrong: it has to be the value of the secret, not its id',
  );
  const notFound = { code: 'ResourceGroupNotFound', statusCode: 404, operation: 'agentPools.list' };
  expect(describeOutage(new AzureError("Resource group 'rg' could not be found.", notFound))).toBe(
    "agent pools cannot be read: Resource group 'rg' could not be found. (ResourceGroupNotFound); check ARM_RESOURCE_GROUP and ARM_SUBSCRIPTION_ID: there is no such resource group",
  );
});

test('any other error is shown as it is', () => {
  expect(describeOutage(new Error('index 7'))).toBe('agent pools cannot be read: index 7');
});
