import type { Workspace } from '@kaito/crds';
import { configMaps, isAlreadyExists, persistentVolumeClaims, persistentVolumes, secrets } from '@kaito/kube';
import type { Client, Secret } from '@kaito/kube';
import type { LocalStack } from '@kaito/local-stack';
import { aWorkspace } from '@kaito/testing';
import { namespace } from '../world/view.ts';
import type { PlannedTraining, TrainingKind } from './plan-round.ts';

const SIZE = 'Standard_NC24ads_A100_v4';
const DATA = 'private/chaos-data:1';
const PUSHES = 'chaos-registry';
const STRANGER = 'chaos-stranger';
const BAD_COLUMN = 'chaos-bad-column';
const ROWS = `${JSON.stringify({ messages: [{ role: 'user', content: 'Who?' }] })}\n`;
const SETTINGS = `training_config:
  QuantizationConfig:
    quant_method: bitsandbytes
    load_in_4bit: true
    bnb_4bit_quant_type: nf4
    bnb_4bit_compute_dtype: bfloat16
  DatasetConfig:
    messages_column: nobody-has-it
`;

/** Puts there what all trainings of a world share: data, settings, and the Secrets of the registry. */
export async function furnishTrainings({ client, player }: LocalStack, signal: AbortSignal): Promise<void> {
  await player.registry.pushAdapter(DATA, { 'train.jsonl': ROWS });
  const type = 'kubernetes.io/dockerconfigjson';
  const secret = (name: string, content: string): Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type,
    data: { '.dockerconfigjson': Buffer.from(content).toString('base64') },
  });
  for (const [name, content] of [
    [PUSHES, player.registry.credentials],
    [STRANGER, JSON.stringify({ auths: {} })],
  ] as const)
    await client.create(secrets, secret(name, content), { signal });
  const settings = { metadata: { name: BAD_COLUMN, namespace }, data: { 'training_config.yaml': SETTINGS } };
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', ...settings }, { signal });
}

/** Repository and tag to which the result of a training goes, in the registry of the stack. */
export function tagOf({ name, edits }: Pick<PlannedTraining, 'name' | 'edits'>): string {
  return `private/${name}-${edits}:1`;
}

/** The workspace of a training. */
export function trainingRequest(
  { kind, spot, ...plan }: PlannedTraining,
  { player }: Pick<LocalStack, 'player'>,
): Workspace {
  const { name } = plan;
  const image = player.registry.reference(tagOf(plan));
  const workspace = aWorkspace({
    metadata: { name, namespace },
    resource: {
      instanceType: SIZE,
      labelSelector: { matchLabels: { apps: name } },
      ...(spot && { capacityType: 'spot' as const }),
    },
  });
  const { inference: _, ...rest } = workspace;
  return {
    ...rest,
    tuning: {
      preset: { name: 'phi-4-mini-instruct' },
      method: 'qlora',
      input: { image: player.registry.reference(DATA), imagePullSecrets: [PUSHES] },
      ...(kind === 'bad column' && { config: BAD_COLUMN }),
      output:
        kind === 'volume'
          ? { volumeSource: { persistentVolumeClaim: { claimName: name } } }
          : { image, imagePushSecret: kind === 'push refused' ? STRANGER : PUSHES },
    },
  };
}

/** Why a training of the kind fails, as its diagnosis says; undefined where it succeeds. */
export function causeOf(kind: TrainingKind): string | undefined {
  if (kind === 'push refused') return 'PushRefused';
  return kind === 'bad column' ? 'DataColumnMissing' : undefined;
}

/** A claim for a volume that outlives pods, nodes and workspaces. */
export async function ensureVolume(name: string, client: Client, signal: AbortSignal): Promise<void> {
  const spec = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  const volume = { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } };
  const resources = { requests: { storage: '1Gi' } };
  await unlessThere(client.create(persistentVolumes, { metadata: { name }, spec: volume }, { signal }));
  const claim = { metadata: { name, namespace }, spec: { ...spec, volumeName: name, resources } };
  await unlessThere(client.create(persistentVolumeClaims, claim, { signal }));
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
