import type { Workspace } from '@kaito/crds';
import { ignoreNotFound, isAlreadyExists, isConflict, keyOf, nodes, patchMetadata, type KubeObject } from '@kaito/kube';
import type { Claim } from '../claims/claim.ts';
import type { ClaimKind, ClaimObject } from '../claims/claim-kind.ts';
import { anyLabelledWorkspace } from '../observe/ties.ts';
import type { Observed } from '../observed.ts';
import { fieldManager } from '../render/ownership.ts';
import { podNodeLabels } from './pod-node-labels.ts';
import type { ProvisioningTools } from './provisioning.ts';

/** How many claims of one workspace are written at once: a thousand at once would be a thousand requests at once. */
const batchSize = 20;

/** An object of a derived name exists and is not for this workspace, so it is left alone. */
export class ClaimNameTakenError extends Error {
  override readonly name = 'ClaimNameTakenError';
}

/**
 * Creates claims. Safe to repeat: the names are derived, so a claim that is there already is found, not doubled.
 * @param onCreated called for each that was made now
 * @throws ClaimNameTakenError when a claim of that name belongs to somebody else; ApiError of the first that failed, when all are through
 */
export async function createClaims(
  workspace: Workspace,
  { kind, claims }: { readonly kind: ClaimKind; readonly claims: readonly ClaimObject[] },
  tools: ProvisioningTools,
  onCreated: (name: string) => void,
): Promise<void> {
  await inBatches(claims, async claim => {
    if (await createClaim(workspace, kind, claim, tools)) onCreated(claim.metadata.name);
  });
}

/** Deletes claims; those that are gone already need nothing. */
export async function deleteClaims(
  workspace: Workspace,
  claims: readonly Claim[],
  { client, events, logger, signal }: ProvisioningTools,
): Promise<void> {
  await inBatches(claims, async ({ kind, name, uid }) => {
    await ignoreNotFound(client.delete(kind.resource, { name }, { signal, uid }));
    logger.info('Deleted claim', { claim: name, claimKind: kind.resource.kind });
    const reason = `${kind.resource.kind}Deleted`;
    events.record(workspace, {
      type: 'Normal',
      reason,
      message: `Deleted ${kind.resource.kind} ${name}`,
      dedupe: [name],
    });
  });
}

/**
 * Gives the nodes of the workspace's claims the labels of the present provisioner, and those that its pods look for. They differ where
 * claims or pods were made while the installation had another one.
 */
export async function labelNodes(
  observed: Observed,
  ownership: Readonly<Record<string, string>>,
  { client, signal }: ProvisioningTools,
): Promise<void> {
  const wanted = { ...ownership, ...podNodeLabels(observed, ownership) };
  const own = observed.nodes.filter(({ tie }) => tie === 'claimed' || tie === 'reserved');
  await inBatches(own, async ({ node }) => {
    try {
      await ignoreNotFound(patchMetadata(client, nodes, node, { labels: wanted }, { signal }));
    } catch (error) {
      // Another node by the same name took its place: the watch tells of it.
      if (!isConflict(error)) throw error;
    }
  });
}

/** Runs over all, a batch at a time and to the end, then throws the first failure: none goes on unseen. */
async function inBatches<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += batchSize) {
    // oxlint-disable-next-line no-await-in-loop -- batches are there to come one after the other
    const results = await Promise.allSettled(items.slice(start, start + batchSize).map(item => run(item)));
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

/** @returns whether it was made now */
async function createClaim(
  workspace: Workspace,
  kind: ClaimKind,
  claim: ClaimObject,
  tools: ProvisioningTools,
): Promise<boolean> {
  const { client, events, logger, signal } = tools;
  const { name } = claim.metadata;
  const { kind: word } = kind.resource;
  try {
    await client.create<KubeObject>(kind.resource, claim, { fieldManager, signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    await checkOwner(workspace, kind, name, tools);
    return false;
  }
  logger.info('Created claim', { claim: name, claimKind: word });
  events.record(workspace, {
    type: 'Normal',
    reason: `${word}Created`,
    message: `Created ${word} ${name}`,
    dedupe: [name],
  });
  return true;
}

/** A claim of our name that the cache does not show: ours and not seen yet, or somebody else's. */
async function checkOwner(
  workspace: Workspace,
  { resource }: ClaimKind,
  name: string,
  { client, signal }: ProvisioningTools,
): Promise<void> {
  const found = await ignoreNotFound(client.get(resource, { name }, { signal }));
  if (!found || anyLabelledWorkspace(found).includes(keyOf(workspace))) return;
  throw new ClaimNameTakenError(
    `${resource.kind} "${name}" exists but lacks the labels of this workspace: delete it if nobody needs it; it is not touched`,
  );
}
