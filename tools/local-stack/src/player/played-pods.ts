import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '@kaito/kube';
import { parseAllDocuments, stringify } from 'yaml';
import { packageRoot } from '../repository.ts';
import { placedContainers } from './pod-parts.ts';

/** On pods of workspaces. */
const WORKSPACE_LABEL = 'kaito.sh/workspace';
/** A container of this name brings adapters to a server. */
const ADAPTERS = 'adapters';

/** On pods that the player leaves to kwok after all: it has no program for one of their images. */
export const LEFT_TO_KWOK = 'player.kaito.sh/left-to-kwok';

/** On nodes that have gone down without a word; kwok leaves them alone. */
export const CRASHED = 'player.kaito.sh/crashed';

/** Whether the containers of a pod are run, rather than only said to run. */
export function isPlayed(pod: Pod): boolean {
  return pod.spec !== undefined && pod.metadata.annotations?.[LEFT_TO_KWOK] === undefined && isMeant(pod);
}

function isMeant({ metadata, spec }: Pod): boolean {
  const owners = (metadata.ownerReferences ?? []).map(({ kind }) => kind);
  if (owners.includes('Job')) return metadata.labels?.[WORKSPACE_LABEL] !== undefined;
  if (!owners.includes('StatefulSet') || !spec) return false;
  return placedContainers(spec).some(({ container }) => container.name === ADAPTERS);
}

/** The same as `isPlayed`, as kwok asks it: a query of jq that gives true or false (kwok docs, "Stages"). */
const PLAYED = `
  (.metadata.annotations["${LEFT_TO_KWOK}"] == null) and
  ([.metadata.ownerReferences[]?.kind] as $owners |
    if $owners | index("Job") then .metadata.labels["${WORKSPACE_LABEL}"] != null
    else ($owners | index("StatefulSet")) != null
      and ([(.spec.initContainers, .spec.containers)[]?.name] | index("${ADAPTERS}")) != null
    end)`.replaceAll(/\s+/g, ' ');

interface StageDocument {
  readonly kind?: string;
  readonly spec?: {
    readonly resourceRef: { readonly kind: string };
    readonly selector: { readonly matchExpressions: readonly object[] };
  };
}

/** Where kwok's stages are. */
export function stagesFile(): string {
  return join(packageRoot, 'assets/kwok-stages.yaml');
}

/**
 * Writes kwok's stages with one more condition: of pods, that they are not played; of nodes, that they have not crashed.
 * @returns the path of the file.
 */
export async function writeStagesForOthers(dataDir: string): Promise<string> {
  const documents = parseAllDocuments(await readFile(stagesFile(), 'utf8'));
  const file = join(dataDir, 'kwok-stages.yaml');
  await writeFile(file, documents.map(document => stringify(leaveAlone(document.toJS()))).join('---\n'));
  return file;
}

function leaveAlone(document: StageDocument): StageDocument {
  const { spec } = document;
  if (document.kind !== 'Stage' || !spec) return document;
  const others =
    spec.resourceRef.kind === 'Pod'
      ? { key: PLAYED, operator: 'NotIn', values: ['true'] }
      : { key: `.metadata.annotations["${CRASHED}"]`, operator: 'DoesNotExist' };
  const matchExpressions = [...spec.selector.matchExpressions, others];
  return { ...document, spec: { ...spec, selector: { ...spec.selector, matchExpressions } } };
}
