import { labels } from '@kaito/crds';
import { nodes, type Resource } from '@kaito/kube';
import type { ClaimKind } from '../claims/claim-kind.ts';
import type { ProvisioningTools } from './provisioning.ts';

/**
 * Sees to it that the caches know every claim and every reserved node, so that a workspace can be let go on their word: one that was
 * overlooked would cost money for ever. What a process before this one wrote is read once, past the API server's caches and through
 * ours. What this process writes, it sees at once; only after a write of which it is not known whether it was made, all is read again.
 */
export class ClaimStock {
  readonly #resources: readonly (readonly [resource: Resource, labelSelector: string])[];
  #reading: Promise<unknown> | undefined;

  /** @param kinds of claim that the API server knows */
  constructor(kinds: readonly ClaimKind[]) {
    const selectors = [labels.workspace, labels.karpenterWorkspaceName];
    this.#resources = [
      ...kinds.flatMap(({ resource }) => selectors.map(selector => [resource, selector] as const)),
      [nodes, labels.workspace],
    ];
  }

  /**
   * Resolves when the caches know everything that was written before this was called; costs nothing when they do already.
   * @throws ApiError when it cannot be read; the next call tries again
   */
  async take(tools: Pick<ProvisioningTools, 'client' | 'signal'>): Promise<void> {
    const reading = (this.#reading ??= this.#read(tools));
    try {
      await reading;
    } catch (error) {
      if (this.#reading === reading) this.#reading = undefined;
      throw error;
    }
  }

  /** A write failed; it may have been made all the same. */
  doubt(): void {
    this.#reading = undefined;
  }

  async #read({ client, signal }: Pick<ProvisioningTools, 'client' | 'signal'>): Promise<void> {
    await Promise.all(
      this.#resources.map(([resource, labelSelector]) => client.list(resource, { labelSelector, signal })),
    );
  }
}
