import type { Workspace } from '@kaito/crds';
import { catalogue } from '../models/catalogue.ts';
import { nearestModels } from '../models/find-model.ts';
import type { Model } from '../models/model.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import type { Problem } from '../problem.ts';
import { privateImage } from '../plan/runtime.ts';
import { usesLocalWeights } from './annotations.ts';
import { checkCpuPreset } from './cpu-preset.ts';

/** The model must be known, and its image or the key to its weights named where it cannot be had without. */
export function checkModel({ workspace, model }: PlanInput): readonly Problem[] {
  const job = workspace.inference?.preset ? 'inference' : 'tuning';
  const preset = workspace[job]?.preset;
  if (!preset) return [];
  if (!model) return [unknownModel(preset.name, `${job}.preset.name`)];
  if (model.state === 'unknown') return [model.problem];
  if (model.state === 'pending') return [];
  const found = model.model;
  if (job === 'tuning') return found.tuning ? [] : [notTunable(found)];
  return [...checkImage(workspace, found), ...checkSecret(workspace, found), ...checkCpuPreset(workspace, found)];
}

function unknownModel(name: string, field: string): Problem {
  const nearest = nearestModels(catalogue, name).join(', ');
  const message = `${field} "${name}" is not a model that is known; the nearest are ${nearest}, and any <organisation>/<repository> of Hugging Face may be named`;
  return { code: 'PresetUnknown', field, message };
}

function notTunable({ id }: Model): Problem {
  const tunable = catalogue.filter(({ tuning }) => tuning).flatMap(({ aliases }) => aliases.slice(0, 1));
  const field = 'tuning.preset.name';
  const message = `${field} ${id} cannot be fine-tuned here; these can: ${tunable.join(', ')}`;
  return { code: 'ModelNotTunable', field, message };
}

function checkImage(
  workspace: Workspace,
  { id, presetImage, cpuServer, vllm, transformers }: Model,
): readonly Problem[] {
  const asked = workspace.inference?.preset;
  const field = 'inference.preset.presetOptions.image';
  if (asked?.accessMode === 'private' && privateImage(workspace) === undefined) {
    const message = `${field} is missing: a preset with accessMode private needs the image to run; or set accessMode to public`;
    return [{ code: 'ImageRequired', field, message }];
  }
  const hasOwn = presetImage && presetImage.tag !== '';
  if (hasOwn || cpuServer || vllm || transformers || privateImage(workspace) !== undefined) return [];
  const message = `${field} is missing: ${id} has no public image; set accessMode to private and name yours`;
  return [{ code: 'ImageRequired', field, message }];
}

/** Whether the weights are downloaded depends on the server; a model that only images have needs no key. */
function checkSecret(workspace: Workspace, { id, gated, vllm, transformers }: Model): readonly Problem[] {
  const options = workspace.inference?.preset?.presetOptions;
  const downloads = (vllm ?? transformers) && !usesLocalWeights(workspace);
  if (!gated || !downloads || options?.modelAccessSecret) return [];
  const field = 'inference.preset.presetOptions.modelAccessSecret';
  const message = `${field} is missing: ${id} is downloaded only with a Hugging Face token whose owner has accepted its licence; name a Secret with the key HF_TOKEN`;
  return [{ code: 'AccessSecretRequired', field, message }];
}
