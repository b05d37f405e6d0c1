import { collectionPath, isNotFound, isTooManyRequests, type Client } from '@kaito/kube';
import { claimKinds, type ClaimKind } from './claim-kind.ts';

/**
 * The kinds of claim whose CustomResourceDefinition is installed. Both are watched where both are, so that a workspace keeps its
 * claims when the option for new ones is changed.
 *
 * @throws Error when the wanted kind is not installed; ApiError when the API server cannot be asked
 */
export async function servedClaimKinds(
  client: Client,
  wanted: ClaimKind,
  signal: AbortSignal,
): Promise<readonly ClaimKind[]> {
  const served = await Promise.all(claimKinds.map(kind => isServed(client, kind, signal)));
  const kinds = claimKinds.filter((_, index) => served[index]);
  if (!kinds.includes(wanted)) {
    const { kind, plural, group, version } = wanted.resource;
    throw new Error(
      `${client.server} does not serve ${kind} (${group}/${version}): install the CustomResourceDefinition ${plural}.${group}, or choose another --claim-kind`,
    );
  }
  return kinds;
}

async function isServed(client: Client, { resource }: ClaimKind, signal: AbortSignal): Promise<boolean> {
  try {
    await client.raw('GET', `${collectionPath(resource)}?limit=1`, undefined, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    // A kind that was installed a moment ago: the API server still prepares its storage.
    if (isTooManyRequests(error)) return true;
    throw error;
  }
}
