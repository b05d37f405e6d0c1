import { crds } from '@kaito/crds';
import { stringify } from 'yaml';

/** A file that is made, never edited. `path` is relative to the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The folder that holds nothing but generated CRDs. */
export const crdFolder = 'crds';

/** The CRDs as YAML, one file for each kind. */
export function crdFiles(): readonly GeneratedFile[] {
  return crds.map(crd => ({
    path: `${crdFolder}/${crd.spec.group}_${crd.spec.names.plural}.yaml`,
    text: `# Made by npm run generate from packages/crds; edit the schema there.\n---\n${toYaml(crd)}`,
  }));
}

/** YAML without line folding and without anchors, so that it reads well and every parser takes it. */
function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
