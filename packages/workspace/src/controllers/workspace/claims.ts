import { labels, type Workspace } from '@kaito/crds';
import { isAlreadyExists, type Client } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { claimName } from '../../claims/claim-name.ts';
import type { ClaimKind } from '../../claims/claim-kind.ts';
import type { Claim } from '../../claims/claim.ts';
import type { RecreationBackoff } from '../../claims/recreation-backoff.ts';
import { fieldManager } from '../../render/ownership.ts';

/** How many claims of one workspace are created at once. */
const batchSize = 20;

/** A claim of the derived name exists and is not for this workspace, so it is left alone. */
export class ClaimNameTakenError extends Error {
  override readonly name = 'ClaimNameTakenError';
}

/** Tools of the step. */
export interface ClaimTools {
  readonly client: Client;
  readonly kind: ClaimKind;
  readonly backoff: RecreationBackoff;
  readonly signal: AbortSignal;
  /** Called for each claim that was created. */
  readonly onCreated: (name: string) => void;
}

/** The claims that stand for a node of the plan: those of derived name, and any other that asks for the same size. */
export function countingClaims(workspace: Workspace, plan: Plan, claims: readonly Claim[]): readonly Claim[] {
  const derived = new Set(derivedNames(workspace, plan.nodeCount));
  const wanted = plan.instanceType.toLowerCase();
  return claims.filter(({ name, instanceType }) => derived.has(name) || instanceType?.toLowerCase() === wanted);
}

/**
 * The names of the claims to create: one for each wanted node that no claim stands for. A name whose claim is still being deleted
 * is not free yet; its end is seen by the watch.
 */
export function missingClaims(workspace: Workspace, plan: Plan, claims: readonly Claim[]): readonly string[] {
  const alive = countingClaims(workspace, plan, claims).filter(({ deleting }) => !deleting);
  const taken = new Set(claims.map(({ name }) => name));
  const free = derivedNames(workspace, plan.nodeCount).filter(name => !taken.has(name));
  return free.slice(0, Math.max(0, plan.nodeCount - alive.length));
}

/** The names that the claims of a workspace have. */
export function derivedNames(workspace: Workspace, nodeCount: number): readonly string[] {
  return Array.from({ length: nodeCount }, (_, ordinal) => claimName(workspace, ordinal));
}

/**
 * Creates the claims that are missing. Safe to repeat: the names are derived, so a claim that is there already is found, not doubled.
 *
 * @returns milliseconds after which to look again, because a claim that keeps vanishing is re-created with a pause; 0 for none
 * @throws ClaimNameTakenError when a claim of a derived name belongs to somebody else
 */
export async function ensureClaims(
  workspace: Workspace,
  plan: Plan,
  claims: readonly Claim[],
  tools: ClaimTools,
): Promise<number> {
  const missing = missingClaims(workspace, plan, claims).map(name => ({ name, waitMs: tools.backoff.delayMs(name) }));
  const due = missing.filter(({ waitMs }) => waitMs === 0);
  for (let start = 0; start < due.length; start += batchSize) {
    const batch = due.slice(start, start + batchSize);
    // One batch after the other: a thousand claims at once would be a thousand requests at once.
    // oxlint-disable-next-line no-await-in-loop
    await createAll(batch.map(({ name }) => createClaim(workspace, plan, name, tools)));
  }
  const waits = missing.filter(({ waitMs }) => waitMs > 0).map(({ waitMs }) => waitMs);
  return waits.length > 0 ? Math.min(...waits) : 0;
}

/** Waits for all, so that none goes on unseen, then throws the first failure. */
async function createAll(creations: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(creations)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function createClaim(workspace: Workspace, plan: Plan, name: string, tools: ClaimTools): Promise<void> {
  const { client, kind, backoff, signal, onCreated } = tools;
  try {
    await client.create(kind.resource, kind.render(workspace, plan, name), { fieldManager, signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    await checkOwner(workspace, name, tools);
    return;
  }
  backoff.created(name);
  onCreated(name);
}

/** A claim of our name that the cache does not show: ours and not seen yet, or somebody else's. */
async function checkOwner(workspace: Workspace, name: string, { client, kind, signal }: ClaimTools): Promise<void> {
  const { metadata } = await client.get(kind.resource, { name }, { signal });
  const { name: owner, namespace } = workspace.metadata;
  if (metadata.labels?.[labels.workspace] === owner && metadata.labels[labels.workspaceNamespace] === namespace) return;
  throw new ClaimNameTakenError(
    `${kind.resource.kind} "${name}" exists but lacks the labels of this workspace: delete it if nobody needs it; it is not touched`,
  );
}
