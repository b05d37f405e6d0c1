import type { Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

/** Exactly one of inference and tuning, and of preset and template. The schema says so too; this holds where it was bypassed. */
export function checkWorkload({ inference, tuning }: Workspace): readonly Problem[] {
  if (inference && tuning) {
    const message = 'inference and tuning are both set: keep one of them, a workspace does one job';
    return [{ code: 'InferenceAndTuningExclusive', field: 'inference', message }];
  }
  if (tuning) return checkTuning(tuning);
  if (!inference) {
    const message = 'inference is missing: set inference.preset.name to the model to serve';
    return [{ code: 'InferenceOrTuningRequired', field: 'inference', message }];
  }
  return checkInference(inference);
}

function checkInference({ preset, template, config }: NonNullable<Workspace['inference']>): readonly Problem[] {
  if (preset && template) {
    const message = 'inference.preset and inference.template are both set: keep the preset, or the template';
    return [{ code: 'PresetAndTemplateExclusive', field: 'inference', message }];
  }
  if (!preset && !template) {
    const message =
      'inference.preset is missing: set inference.preset.name to the model to serve, or inference.template to a pod template of your own';
    return [{ code: 'PresetOrTemplateRequired', field: 'inference.preset', message }];
  }
  if (!template || !config) return [];
  const message =
    'inference.config is for inference.preset: with a template, mount the ConfigMap in the template and leave this out';
  return [{ code: 'FieldNotSupported', field: 'inference.config', message }];
}

function checkTuning({ preset, method }: NonNullable<Workspace['tuning']>): readonly Problem[] {
  const problems: Problem[] = [];
  if (!preset) {
    const message = 'tuning.preset is missing: set tuning.preset.name to the model to fine-tune';
    problems.push({ code: 'PresetOrTemplateRequired', field: 'tuning.preset', message });
  }
  if (tuningMethod(method) === undefined) {
    const message = `tuning.method "${method ?? ''}" is not known: use lora or qlora`;
    problems.push({ code: 'TuningInvalid', field: 'tuning.method', message });
  }
  return problems;
}

/** The method that the text names, in any case; undefined when it names none. */
export function tuningMethod(text = ''): 'lora' | 'qlora' | undefined {
  const method = text.toLowerCase();
  return method === 'lora' || method === 'qlora' ? method : undefined;
}
