import { applyIfChanged, services, type Client } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { fieldManager } from '../../render/ownership.ts';
import { renderService } from '../../render/service.ts';
import type { Informers } from './informers.ts';
import type { Workspace } from '@kaito/crds';

/** Tools of the steps that write children. */
export interface ApplyTools {
  readonly client: Client;
  readonly informers: Informers;
  readonly signal: AbortSignal;
}

/** Brings the Service of a workspace to what the plan says; writes nothing when it is so already. */
export async function ensureService(workspace: Workspace, plan: Plan, tools: ApplyTools): Promise<void> {
  const { client, informers, signal } = tools;
  const desired = renderService(workspace, plan);
  await applyIfChanged(client, informers.services, services, desired, { fieldManager, signal });
}
