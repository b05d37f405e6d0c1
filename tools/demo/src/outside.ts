import type { Workspace } from '@kaito/crds';
import { ignoreNotFound, secrets } from '@kaito/kube';
import type { LocalStack } from '@kaito/local-stack';

/** A manifest that can be applied here, and what was made up for it. */
export interface Furnished {
  readonly workspace: Workspace;
  readonly notes: readonly string[];
}

type Tuning = NonNullable<Workspace['tuning']>;
type Adapter = NonNullable<NonNullable<Workspace['inference']>['adapters']>[number];
type Notes = string[];

/** For data of any column that a training could want. */
const ROWS = ['Who?', 'Where?', 'Why?'].map(question =>
  JSON.stringify({ messages: [{ role: 'user', content: question }], text: question }),
);
const DATA = `${ROWS.join('\n')}\n`;
const SECRET = 'local-registry';

/**
 * Puts up stand-ins for what a manifest needs from outside of this machine: training data at its addresses, images of adapters under their
 * names. Where it holds placeholders for a registry and a Secret, it gets those of the stack.
 */
export async function furnishOutside(stack: LocalStack, workspace: Workspace, signal: AbortSignal): Promise<Furnished> {
  const notes: Notes = [];
  const { tuning, inference } = workspace;
  if (tuning) {
    await furnishInput(stack, tuning, notes);
    const output = await furnishOutput(stack, workspace, { tuning, notes, signal });
    return { workspace: { ...workspace, tuning: output }, notes };
  }
  if (!inference?.adapters) return { workspace, notes };
  const adapters = await Promise.all(inference.adapters.map(adapter => furnishAdapter(stack, adapter, notes)));
  return { workspace: { ...workspace, inference: { ...inference, adapters } }, notes };
}

async function furnishAdapter({ player }: LocalStack, adapter: Adapter, notes: Notes): Promise<Adapter> {
  const { source } = adapter;
  if (source?.image === undefined) return adapter;
  const { registry } = player;
  const image = isReference(source.image) ? source.image : registry.reference(`adapters/${source.name}:0.0.1`);
  const config = JSON.stringify({ peft_type: 'LORA', r: 8, stand_in: 'for the demo' });
  await registry.pushAdapter(image, { 'adapter_config.json': config, 'adapter_model.safetensors': '' });
  notes.push(`${image}${instead(image, source.image)} is an empty adapter in a registry of this machine`);
  return { ...adapter, source: { ...source, image } };
}

async function furnishInput({ player }: LocalStack, { input }: Tuning, notes: Notes): Promise<void> {
  for (const url of input?.urls ?? []) {
    if (!URL.canParse(url)) continue;
    const { pathname } = new URL(url);
    // The stand-in for the trainer looks into text only.
    player.web.serve(url, pathname.endsWith('.parquet') ? Buffer.from('PAR1 stand-in PAR1') : DATA);
    notes.push(`${url} is served by this machine: made-up data`);
  }
  if (input?.image !== undefined && isReference(input.image)) {
    await player.registry.pushAdapter(input.image, { 'train.jsonl': DATA });
    notes.push(`${input.image} holds made-up data, in a registry of this machine`);
  }
}

async function furnishOutput(
  { client, player }: LocalStack,
  { metadata }: Workspace,
  { tuning, notes, signal }: { readonly tuning: Tuning; readonly notes: Notes; readonly signal: AbortSignal },
): Promise<Tuning> {
  const { output } = tuning;
  if (output?.image === undefined) return tuning;
  const image = isReference(output.image) ? output.image : player.registry.reference(`private/${metadata.name}:0.0.1`);
  const named = output.imagePushSecret;
  const secret = named !== undefined && isObjectName(named) ? named : SECRET;
  const key = { name: secret, namespace: metadata.namespace ?? 'default' };
  if (!(await ignoreNotFound(client.get(secrets, key, { signal })))) {
    const stringData = { '.dockerconfigjson': player.registry.credentials };
    const type = 'kubernetes.io/dockerconfigjson';
    await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: key, type, stringData }, { signal });
  }
  notes.push(
    `${image}${instead(image, output.image)} is in a registry of this machine; Secret ${secret} has its password`,
  );
  return { ...tuning, output: { ...output, image, imagePushSecret: secret } };
}

function instead(image: string, written: string): string {
  return image === written ? '' : ` in the place of ${written}`;
}

/** Placeholders in examples have capital letters, which no repository has (OCI distribution specification). */
function isReference(image: string): boolean {
  return /^[^A-Z]+$/.test(image.replace(/[:@][^/]*$/, ''));
}

function isObjectName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name);
}
