import { AzureError } from './azure-error.ts';

/**
 * Gives a region by the name that APIs use: 'East US' and 'eastus' are the same place.
 * @throws AzureError of kind `spec` when the text cannot be a region; it would go into a URL and a filter.
 */
export function normaliseLocation(location: string): string {
  const name = location.replaceAll(' ', '').toLowerCase();
  if (!/^[a-z][a-z0-9]*$/.test(name)) {
    throw new AzureError(`${JSON.stringify(location)} is not an Azure region`, { code: 'InvalidParameter' });
  }
  return name;
}
