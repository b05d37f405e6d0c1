import { maxAdapters, type AdapterSpec, type Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

/** An adapter's name becomes a container name and an environment variable; this does for both, in every version of Kubernetes. */
const containerName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Adapters must come as images, under names that containers can have, each its own. */
export function checkAdapters({ metadata, inference }: Workspace): readonly Problem[] {
  const adapters = inference?.adapters ?? [];
  const names = adapters.map(({ source }) => source?.name ?? '');
  // The server's own container has the name of the workspace.
  const taken = names.filter((name, index) => name === metadata.name || names.indexOf(name) !== index);
  return [
    ...(adapters.length > maxAdapters ? [tooMany(adapters.length)] : []),
    ...[...new Set(taken)].map(duplicate),
    ...adapters.flatMap(checkAdapter),
  ];
}

function checkAdapter({ source, strength }: AdapterSpec, index: number): readonly Problem[] {
  const field = `inference.adapters[${index}]`;
  const problems: Problem[] = [];
  if (!containerName.test(source?.name ?? '')) {
    const message = `${field}.source.name "${source?.name ?? ''}" cannot name a container: use at most 63 lower-case letters, digits and "-", starting with a letter`;
    problems.push({ code: 'AdapterInvalid', field: `${field}.source.name`, message });
  }
  if (!source?.image) {
    const message = `${field}.source.image is missing: this version takes adapters from images only`;
    problems.push({ code: 'AdapterInvalid', field: `${field}.source.image`, message });
  }
  if (strength !== undefined && !isStrength(strength)) {
    const message = `${field}.strength "${strength}" is not a number from 0 to 1, such as "0.5"`;
    problems.push({ code: 'AdapterInvalid', field: `${field}.strength`, message });
  }
  return problems;
}

function isStrength(text: string): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= 0 && value <= 1;
}

function tooMany(count: number): Problem {
  const message = `inference.adapters has ${count} entries: at most ${maxAdapters} are served`;
  return { code: 'AdapterInvalid', field: 'inference.adapters', message };
}

function duplicate(name: string): Problem {
  const message = `inference.adapters has the name "${name}" twice, or it is the name of the workspace: give each adapter a name of its own`;
  return { code: 'AdapterInvalid', field: 'inference.adapters', message };
}
