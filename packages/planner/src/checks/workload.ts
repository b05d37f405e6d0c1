import type { Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

/** Exactly one of inference and tuning, and of preset and template. The schema says so too; this holds where it was bypassed. */
export function checkWorkload({ inference, tuning }: Workspace): readonly Problem[] {
  if (inference && tuning) {
    const message = 'inference and tuning are both set: keep one of them, a workspace does one job';
    return [{ code: 'InferenceAndTuningExclusive', field: 'inference', message }];
  }
  if (tuning) {
    const message = 'tuning is not supported by this version: use inference';
    return [{ code: 'TuningNotSupported', field: 'tuning', message }];
  }
  if (!inference) {
    const message = 'inference is missing: set inference.preset.name to the model to serve';
    return [{ code: 'InferenceOrTuningRequired', field: 'inference', message }];
  }
  return checkInference(inference);
}

function checkInference({ preset, template }: NonNullable<Workspace['inference']>): readonly Problem[] {
  if (preset && template) {
    const message = 'inference.preset and inference.template are both set: keep the preset';
    return [{ code: 'PresetAndTemplateExclusive', field: 'inference', message }];
  }
  if (template) {
    const message = 'inference.template is not supported by this version: use inference.preset';
    return [{ code: 'TemplateNotSupported', field: 'inference.template', message }];
  }
  if (!preset) {
    const message = 'inference.preset is missing: set inference.preset.name to the model to serve';
    return [{ code: 'PresetOrTemplateRequired', field: 'inference.preset', message }];
  }
  return [];
}
