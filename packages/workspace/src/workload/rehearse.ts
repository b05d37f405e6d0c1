import type { Workspace } from '@kaito/crds';
import { canonicalDigest, type Client, type KubeObject, type Resource } from '@kaito/kube';
import type { Problem } from '@kaito/planner';
import { fieldManager } from '../render/ownership.ts';
import { isRefusedObject } from './refused-object.ts';

/** What makes the pods of a workspace. */
export interface RehearsedWorkload {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** Whether its user wrote parts of the pods that no schema of ours describes, so that the API server alone can judge them. */
export function hasOpenParts({ inference, tuning }: Workspace): boolean {
  const adapters = inference?.adapters ?? [];
  const sources = [...adapters.map(({ source }) => source), tuning?.input, tuning?.output];
  return inference?.template !== undefined || sources.some(source => source?.volumeSource !== undefined);
}

/**
 * Asks the API server what it would say of the workload of a workspace with open parts, before a node is paid for. Stores nothing. Other
 * troubles than a refusal of the object are left for the real write to tell.
 * @returns what is wrong with the part that the user wrote; nothing where there is no such part
 */
export async function rehearse(
  workspace: Workspace,
  { resource, object: { metadata, ...desired } }: RehearsedWorkload,
  { client, signal }: { readonly client: Pick<Client, 'apply'>; readonly signal: AbortSignal },
): Promise<readonly Problem[]> {
  if (!hasOpenParts(workspace)) return [];
  // While a workspace is being admitted it has no uid that an owner must have.
  const { ownerReferences: _, ...rest } = metadata;
  // A Job that is there could not be changed into another.
  const name = workspace.tuning ? `rehearsal-${canonicalDigest(metadata.name).slice(0, 16)}` : metadata.name;
  const options = { fieldManager, force: true, dryRun: true, signal };
  try {
    await client.apply(resource, { ...desired, metadata: { ...rest, name } }, options);
    return [];
  } catch (error) {
    signal.throwIfAborted();
    return isRefusedObject(error) ? [problemOf(workspace, error)] : [];
  }
}

function problemOf({ inference, tuning }: Workspace, { message }: { readonly message: string }): Problem {
  // What comes before names an object that the user never wrote.
  const said = message.replace(/^.*(?: is invalid: |Kind=(?:StatefulSet|Job)\): )\.?/s, '');
  if (tuning) return refusal('TuningInvalid', 'tuning', said);
  if (!inference?.template) return refusal('AdapterInvalid', 'inference.adapters', said);
  return refusal('TemplateInvalid', 'inference.template', said.replaceAll('spec.template.', 'inference.template.'));
}

function refusal(code: Problem['code'], field: string, said: string): Problem {
  return { code, field, message: `${field} is not what pods can be made of: ${said}` };
}
