import { crds } from '@kaito/crds';
import { stringify } from 'yaml';
import type { GeneratedFolder } from './generated-folder.ts';

const path = 'crds';

/** The folder of CRDs as YAML, one file for each kind. */
export const crdFolder: GeneratedFolder = {
  path,
  files: crds.map(crd => ({
    path: `${path}/${crd.spec.group}_${crd.spec.names.plural}.yaml`,
    text: `# Made by npm run generate from packages/crds; edit the schema there.\n---\n${toYaml(crd)}`,
  })),
};

/** YAML without line folding and without anchors, so that it reads well and every parser takes it. */
function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
