import {
  annotations,
  crds,
  defaultInstanceType,
  labels,
  workspaceKind,
  workspaces,
  type JsonSchema,
} from '@kaito/crds';
import { fieldImpacts, impactOf, type Impact } from '@kaito/workspace';
import { code, plain, table } from './markdown.ts';

const introduction = `<!-- Made by npm run generate from packages/crds and packages/workspace/src/revisions/impact.ts; edit them there. -->

# Fields of a Workspace

There is no \`spec\`: the sections stand at the top of the object. \`kubectl explain workspace.resource\` says the same of the cluster that you
use. v1alpha1 has no \`partition\` and no \`modelAccessSecret\`, and fills in
\`instanceType: ${defaultInstanceType}\`.

The last column says what an edit of the field comes to, at most:

`;

const meanings: Readonly<Record<Impact, string>> = {
  inPlace: 'objects are changed while the server runs on',
  podRestart: 'pods are replaced, one after the other, on the nodes that there are',
  newNodes: 'other nodes, or another number of them, are had before pods move',
  nextNode:
    'nothing that runs changes; it counts for nodes and decisions from now on. `status.lastChange` calls it `none`',
  refused: 'the API server does not take the edit: make a new workspace',
};

/** What can be said in the metadata of a workspace, and what it takes. */
const metadata: Readonly<Record<string, string>> = {
  [annotations.runtime]: '`vllm` or `transformers`: which server runs the model',
  [annotations.performanceMode]: '`balanced`, `interactivity` or `throughput`: how vLLM is tuned',
  [annotations.useLocalWeights]: '`true`: the weights are on the disk of the node already, and nothing is downloaded',
  [annotations.enableLoadBalancer]: '`True`: the Service is a load balancer',
  [annotations.nodeImageFamily]: '`ubuntu` or `azurelinux`: the system of new nodes',
  [annotations.nodeClassName]:
    'the node class of its nodes, with Karpenter, which replaces nodes of another class; without Karpenter it is not read',
  [annotations.bypassResourceChecks]: 'present: too little GPU memory is a warning and no refusal',
  [labels.inferenceSetCreatedBy]: 'the InferenceSet that the workspace belongs to; the model is served under its name',
  [labels.multiRoleInferenceCreatedBy]: 'the MultiRoleInference that the workspace belongs to',
  [labels.inferenceRole]: 'the part of a workspace in a MultiRoleInference',
};

/** The page on the fields of a workspace, as Markdown. */
export function fieldReference(): string {
  const impacts = table(
    ['an edit', 'means'],
    Object.entries(meanings).map(([impact, meaning]) => [code(impact), meaning]),
  );
  const sections = ['resource', 'inference', 'tuning'].map(name => {
    const rows = fieldsOf(sectionSchema(name), name);
    return `## ${name}\n\n${table(['field', 'what it is', 'default', 'an edit'], rows)}\n`;
  });
  return `${introduction}${impacts}\n\n${sections.join('\n')}\n${outside()}`;
}

function sectionSchema(name: string): JsonSchema {
  const crd = crds.find(({ spec }) => spec.names.kind === workspaceKind.kind);
  const version = crd?.spec.versions.find(one => one.name === workspaces.version);
  const section = version?.schema.openAPIV3Schema.properties?.[name];
  if (!section) throw new Error(`the schema of Workspace has no section ${name}`);
  return section;
}

/** A row for each field that a user sets; `[]` stands for any entry of a list. */
function fieldsOf({ properties = {} }: JsonSchema, path: string): readonly (readonly string[])[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const here = `${path}.${name}`;
    const below = field.items?.properties ? fieldsOf(field.items, `${here}[]`) : fieldsOf(field, here);
    const row = [code(here), describe(field), defaultOf(field), code(impactOf(here) ?? '')];
    return [row, ...below];
  });
}

function describe({ description = '', enum: values }: JsonSchema): string {
  const choices = values ? ` One of ${values.map(value => code(String(value))).join(', ')}.` : '';
  return plain(description) + choices;
}

function defaultOf(field: JsonSchema): string {
  return field.default === undefined ? '' : code(JSON.stringify(field.default));
}

function outside(): string {
  const paths = Object.keys(fieldImpacts).filter(path => /^(?:metadata|config)\./.test(path));
  const rows = paths.map(path => [code(path), meaningOf(path), code(impactOf(path) ?? '')]);
  const heading = 'Annotations, labels and the ConfigMap of `config`';
  return `## ${heading}\n\nAll are optional. Other annotations and labels change nothing.\n\n${table(['field', 'what it is', 'an edit'], rows)}\n`;
}

function meaningOf(path: string): string {
  if (path === 'config.data') return 'the content of the ConfigMap that `inference.config` names';
  const meaning = metadata[path.replace(/^metadata\.(?:annotations|labels)\./, '')];
  if (meaning === undefined) throw new Error(`say what ${path} means in tools/codegen/field-reference.ts`);
  return meaning;
}
