import type { Workspace } from '@kaito/crds';
import type { Observed } from '../observed.ts';
import type { Provisioning, ProvisioningTools } from './provisioning.ts';
import { takeDown, type TakeDownScope } from './take-down.ts';

/**
 * Nodes that users bring: nothing is made and nothing is reserved, the labels of the workspace's selector decide. As in KAITO, several
 * workspaces may share such nodes, and the scheduler sees to it that GPUs are given out once.
 */
export class BroughtProvisioning implements Provisioning {
  readonly name = 'byo';
  readonly mode = 'brought';
  readonly condition = undefined;
  readonly #scope: TakeDownScope;

  /** @param scope what may be left of an installation that made nodes */
  constructor(scope: TakeDownScope) {
    this.#scope = scope;
  }

  ownership(_workspace: Workspace): Readonly<Record<string, string>> {
    return {};
  }

  ensure(): Promise<number> {
    return Promise.resolve(0);
  }

  verdict(): undefined {
    return undefined;
  }

  takeDown(observed: Observed, tools: ProvisioningTools): Promise<readonly string[]> {
    return takeDown(observed, this.#scope, tools);
  }
}
