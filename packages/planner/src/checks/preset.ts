import { annotations, type Workspace } from '@kaito/crds';
import { nearestNames } from '../nearest-names.ts';
import type { Preset } from '../presets/preset.ts';
import type { Problem } from '../problem.ts';

/**
 * The preset must be known, run on the runtime that was asked for and, where the image is private, name it.
 *
 * @param preset what the workspace's preset name resolved to, if anything
 */
export function checkPreset(
  workspace: Workspace,
  preset: Preset | undefined,
  presets: readonly Preset[],
): readonly Problem[] {
  const asked = workspace.inference?.preset;
  if (!asked) return [];
  if (!preset) return [unknownPreset(asked.name, presets)];
  return [...checkImage(asked), ...checkRuntime(workspace, preset)];
}

function unknownPreset(name: string, presets: readonly Preset[]): Problem {
  const nearest = nearestNames(
    name,
    presets.map(preset => preset.name),
  );
  return {
    code: 'PresetUnknown',
    field: 'inference.preset.name',
    message: `inference.preset.name "${name}" is not a model of this version; the nearest are ${nearest.join(', ')}`,
  };
}

function checkImage(asked: NonNullable<NonNullable<Workspace['inference']>['preset']>): readonly Problem[] {
  if (asked.accessMode !== 'private' || asked.presetOptions?.image) return [];
  const field = 'inference.preset.presetOptions.image';
  const message = `${field} is missing: a preset with accessMode private needs the image to run; or set accessMode to public`;
  return [{ code: 'ImageRequired', field, message }];
}

function checkRuntime({ metadata }: Workspace, preset: Preset): readonly Problem[] {
  const runtime = metadata.annotations?.[annotations.runtime];
  if (runtime === undefined || runtime === preset.runtime) return [];
  const field = `metadata.annotations[${annotations.runtime}]`;
  const message = `${field} "${runtime}" is not available for ${preset.name}: it runs on ${preset.runtime}`;
  return [{ code: 'RuntimeNotSupported', field, message }];
}
