import { isAzureError } from '@kaito/azure';
import { finalizers } from '@kaito/crds';
import { ignoreNotFound } from '@kaito/kube';
import type { Node, Result } from '@kaito/kube';
import { takenAwayBy } from '../../pools/pool-excuse.ts';
import { lossExcusedBy } from './lost-node.ts';
import { patchNode } from './node-patch.ts';
import type { Pass, Services } from './pass.ts';

/** Azure could not be asked about the pool; the node is held by our finalizer meanwhile. */
const ASK_AGAIN_MS = 10_000;

/**
 * Whoever deletes a node means the machine: the claim goes with it, and takes both down. Unless it is AKS that lets the node go,
 * because the cluster or the pool is stopped, started or upgraded: then the node goes alone, and the claim waits for the next.
 * @param leaving nodes that our finalizer holds; none for a node that is gone already
 */
export async function followNode(pass: Pass, services: Services, leaving: readonly Node[]): Promise<Result | void> {
  const { claim, dialect, pool, operation, signal, logger } = pass;
  const { client, agentPools, events } = services;
  let excuse: string | undefined;
  try {
    const current = await agentPools.get(pool, { signal });
    excuse = leaving.length > 0 ? takenAwayBy(current) : lossExcusedBy(current);
  } catch (error) {
    if (signal.aborted || !isAzureError(error)) throw error;
    logger.warn('A node is leaving, and its agent pool cannot be read', { pool, error });
    return { requeueAfterMs: Math.max(ASK_AGAIN_MS, error.retryAfterMs ?? 0) };
  }
  if (excuse === undefined) {
    await ignoreNotFound(client.delete(dialect.resource, { name: claim.name }, { uid: claim.uid, signal }));
    logger.info('Claim deleted with its node', { pool });
    return undefined;
  }
  operation.nodeLost = false;
  for (const node of leaving) {
    await patchNode(client, node, { removeFinalizer: finalizers.termination }, signal);
    const message = `Node ${node.metadata.name} is gone and will be back: ${excuse}`;
    events.record(claim.object, { type: 'Normal', reason: 'NodeAway', message });
    logger.info('Node let go, the claim stays', { pool, node: node.metadata.name, excuse });
  }
  return leaving.length > 0 ? undefined : { requeueAfterMs: ASK_AGAIN_MS };
}
