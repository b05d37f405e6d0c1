import type { Workspace } from '@kaito/crds';
import { statefulSets, type Client, type StatefulSet } from '@kaito/kube';
import type { Problem } from '@kaito/planner';
import { fieldManager } from '../render/ownership.ts';
import { isRefusedObject } from './refused-object.ts';

/** Whether its user wrote parts of the pods that no schema of ours describes, so that the API server alone can judge them. */
export function hasOpenParts({ inference }: Workspace): boolean {
  const adapters = inference?.adapters ?? [];
  return inference?.template !== undefined || adapters.some(({ source }) => source?.volumeSource !== undefined);
}

/**
 * Asks the API server what it would say of the StatefulSet of a workspace with open parts, before a node is paid for. Stores nothing.
 * Other troubles than a refusal of the object are left for the real write to tell.
 * @returns what is wrong with the part that the user wrote; nothing where there is no such part
 */
export async function rehearse(
  workspace: Workspace,
  { metadata, ...desired }: StatefulSet,
  { client, signal }: { readonly client: Pick<Client, 'apply'>; readonly signal: AbortSignal },
): Promise<readonly Problem[]> {
  if (!hasOpenParts(workspace)) return [];
  // While a workspace is being admitted it has no uid that an owner must have.
  const { ownerReferences: _, ...rest } = metadata;
  const options = { fieldManager, force: true, dryRun: true, signal };
  try {
    await client.apply(statefulSets, { ...desired, metadata: rest }, options);
    return [];
  } catch (error) {
    signal.throwIfAborted();
    return isRefusedObject(error) ? [problemOf(workspace, error)] : [];
  }
}

function problemOf({ inference }: Workspace, { message }: { readonly message: string }): Problem {
  const isTemplate = inference?.template !== undefined;
  const field = isTemplate ? 'inference.template' : 'inference.adapters';
  // What comes before names an object that the user never wrote.
  const said = message.replace(/^.*(?: is invalid: |Kind=StatefulSet\): )\.?/s, '');
  const where = isTemplate ? said.replaceAll('spec.template.', 'inference.template.') : said;
  return {
    code: isTemplate ? 'TemplateInvalid' : 'AdapterInvalid',
    field,
    message: `${field} is not what pods can be made of: ${where}`,
  };
}
