import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaces } from '@kaito/crds';
import { ignoreNotFound } from '@kaito/kube';
import type { LocalStack } from '@kaito/local-stack';
import { namespace } from '../../world/view.ts';
import { tagOf } from '../request.ts';
import type { Adapter, OurTraining, Result, SeenTag } from './books.ts';

const WEIGHTS = 'adapter_model.safetensors';
const LINEAGE = 'lineage.json';

/** What a training says of itself, and what lies where its result was to go. */
export async function resultOf(training: OurTraining, stack: LocalStack, signal: AbortSignal): Promise<Result> {
  const { name } = training;
  const workspace = await ignoreNotFound(stack.client.get(workspaces, { name, namespace }, { signal }));
  const { digest, lineage } = workspace?.status?.tuning?.output ?? {};
  const found = training.kind === 'volume' ? await onVolume(name, stack) : await inRegistry(tagOf(training), stack);
  return { training, told: { digest, lineage }, found };
}

/** The tags below the name of a training: one for each place where its result was to go. */
export async function tagsOf(training: OurTraining, { player }: LocalStack): Promise<readonly SeenTag[]> {
  const tags = Array.from({ length: training.edits + 1 }, (_, edits) => tagOf({ name: training.name, edits }));
  const there = await Promise.all(tags.map(async tag => ((await player.registry.has(tag)) ? [tag] : [])));
  return Promise.all(
    there.flat().map(async tag => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- OCI image manifest
      const manifest = (await player.registry.manifest(tag)) as { readonly annotations?: Record<string, string> };
      return { tag, training, workspace: manifest.annotations?.['sh.kaito.lineage.workspace'] };
    }),
  );
}

async function inRegistry(tag: string, { player }: LocalStack): Promise<Result['found']> {
  const { registry } = player;
  if (!(await registry.has(tag))) return undefined;
  const digest = await registry.digest(tag);
  const files = await registry.files(tag);
  return { digest, ...adapterOf(files.get(`data/${WEIGHTS}`), files.get(`data/${LINEAGE}`)) };
}

/** The digest of files on a volume is Kaito's own word; that of the same files is the same. */
async function onVolume(name: string, { player }: LocalStack): Promise<Result['found']> {
  const folder = player.claim(namespace, name);
  const [weights, lineage] = await Promise.all(
    [WEIGHTS, LINEAGE].map(file => readFile(join(folder, file)).catch(() => undefined)),
  );
  return weights && { digest: '', ...adapterOf(weights, lineage) };
}

function adapterOf(weights: Buffer | undefined, lineage: Buffer | undefined): Adapter {
  return {
    weights: createHash('sha256')
      .update(weights ?? '')
      .digest('hex'),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object of the output step
    lineage: JSON.parse(String(lineage ?? '{}')) as Record<string, unknown>,
  };
}
