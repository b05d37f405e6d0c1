import { maxAdapters, type AdapterSpec, type Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

/** An adapter's name becomes a container name and an environment variable; this does for both, in every version of Kubernetes. */
const containerName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The first part of the name of a volume, before the adapter's own; both together make one label of 63 characters. */
const volumePrefix = 'adapter-volume-';
const maxVolumeName = 63;

/** Adapters must come from an image or a volume, under names that containers and volumes can have, each its own. */
export function checkAdapters({ metadata, inference }: Workspace): readonly Problem[] {
  const adapters = inference?.adapters ?? [];
  const names = adapters.map(({ source }) => source?.name ?? '');
  // The server's own container has the name of the workspace.
  const taken = names.filter((name, index) => name === metadata.name || names.indexOf(name) !== index);
  return [
    ...(adapters.length > 0 && inference?.template ? [needsPreset()] : []),
    ...(adapters.length > maxAdapters ? [tooMany(adapters.length)] : []),
    ...[...new Set(taken)].map(duplicate),
    ...adapters.flatMap(checkAdapter),
  ];
}

/** Strengths exist where adapters are merged into the model. vLLM serves each adapter beside it, under its own name. */
export function checkStrengths({ inference }: Workspace, runtime: string): readonly Problem[] {
  if (runtime !== 'vllm') return [];
  return (inference?.adapters ?? []).flatMap(({ strength }, index) => {
    if (strength === undefined) return [];
    const field = `inference.adapters[${index}].strength`;
    const message = `${field} has no effect with vLLM, which serves each adapter beside the model: leave it out`;
    return [{ code: 'AdapterInvalid' as const, field, message }];
  });
}

/** vLLM serves each adapter as a model of its own, so that its name must be no other model's. */
export function checkServedNames({ inference }: Workspace, runtime: string, servedName: string): readonly Problem[] {
  if (runtime !== 'vllm') return [];
  return (inference?.adapters ?? []).flatMap(({ source }, index) => {
    const name = source?.name ?? '';
    if (name !== servedName) return [];
    const field = `inference.adapters[${index}].source.name`;
    const message = `${field} "${name}" is what clients call the model itself: give the adapter another name`;
    return [{ code: 'AdapterInvalid' as const, field, message }];
  });
}

function checkAdapter({ source, strength }: AdapterSpec, index: number): readonly Problem[] {
  const field = `inference.adapters[${index}]`;
  const problems: Problem[] = [];
  const name = source?.name ?? '';
  if (!containerName.test(name)) {
    const message = `${field}.source.name "${name}" cannot name a container: use at most 63 lower-case letters, digits and "-", starting with a letter`;
    problems.push({ code: 'AdapterInvalid', field: `${field}.source.name`, message });
  }
  problems.push(...checkSource(source, field));
  if (strength !== undefined && !isStrength(strength)) {
    const message = `${field}.strength "${strength}" is not a number from 0 to 1, such as "0.5"`;
    problems.push({ code: 'AdapterInvalid', field: `${field}.strength`, message });
  }
  return problems;
}

function checkSource(source: AdapterSpec['source'], field: string): readonly Problem[] {
  const { image, volumeSource, urls = [], name = '' } = source ?? {};
  const invalid = (part: string, message: string): readonly Problem[] => [
    { code: 'AdapterInvalid', field: `${field}.source.${part}`, message: `${field}.source.${part} ${message}` },
  ];
  if (urls.length > 0) return invalid('urls', 'is for tuning only: use image or volumeSource');
  if (image && volumeSource) return invalid('image', 'and volumeSource are both set: keep one');
  if (!image && !volumeSource) return invalid('image', 'is missing: an adapter comes from image or volumeSource');
  const longest = maxVolumeName - volumePrefix.length;
  if (volumeSource && name.length > longest) {
    return invalid('name', `"${name}" is too long for a volume: use at most ${longest} characters`);
  }
  return [];
}

function isStrength(text: string): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= 0 && value <= 1;
}

function needsPreset(): Problem {
  const message = 'inference.adapters need inference.preset: with a template, load them in the template';
  return { code: 'AdapterInvalid', field: 'inference.adapters', message };
}

function tooMany(count: number): Problem {
  const message = `inference.adapters has ${count} entries: at most ${maxAdapters} are served`;
  return { code: 'AdapterInvalid', field: 'inference.adapters', message };
}

function duplicate(name: string): Problem {
  const message = `inference.adapters has the name "${name}" twice, or it is the name of the workspace: give each adapter a name of its own`;
  return { code: 'AdapterInvalid', field: 'inference.adapters', message };
}
