import { finalizers, type Workspace } from '@kaito/crds';
import { keyOf, slippedPast } from '@kaito/kube';
import type { Observed } from '../../observed.ts';
import type { Provisioning, ProvisioningTools } from '../../provisioning/provisioning.ts';

/**
 * Workspaces that the API server let go although our finalizer was on them, see `slippedPast`: claims that were made in that moment
 * would stay for ever.
 */
export class LostWorkspaces {
  readonly #byKey = new Map<string, Workspace>();

  /** Notes a workspace that is no more, if it is a lost one. @param workspace as it was last seen */
  note(workspace: Workspace): void {
    if (slippedPast(workspace, finalizers.workspace)) this.#byKey.set(keyOf(workspace), workspace);
  }

  of(key: string): Workspace | undefined {
    return this.#byKey.get(key);
  }

  /** Nothing is left of it, or another one has its name, which takes its claims over. */
  settle(key: string): void {
    this.#byKey.delete(key);
  }
}

/**
 * Gives back what a lost workspace had asked for. One that has a machine was no such thing: how it went is for people to find out, and
 * its node stays.
 * @returns the names of what is still there
 */
export async function takeDownLost(
  observed: Observed,
  provisioning: Pick<Provisioning, 'takeDown'>,
  tools: ProvisioningTools,
): Promise<readonly string[]> {
  const launched = observed.claims.filter(({ launchedAt }) => launchedAt !== undefined).map(({ name }) => name);
  if (launched.length > 0) {
    tools.logger.warn('Workspace went past its finalizer and left machines; delete their claims if nobody needs them', {
      claims: launched,
    });
    return [];
  }
  const left = await provisioning.takeDown(observed, tools);
  if (left.length === 0) tools.logger.warn('Workspace went although our finalizer was on it; nothing is left of it');
  return left;
}
