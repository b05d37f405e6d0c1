import { join } from 'node:path';
import { pods, statefulSets, type Client } from '@kaito/kube';
import { repositoryRoot } from '@kaito/local-stack';
import type { Kubectl } from './kubectl.ts';

const WITHIN = { ready: '180s', gone: '50s' } as const;

/** A workspace of the examples, in the default namespace. */
export interface Example {
  readonly file: string;
  readonly name: string;
}

/** The inference pod of a workspace, as it must not change while controllers come and go. */
export interface InferencePod {
  readonly uid: string | undefined;
  readonly restarts: number;
  readonly revision: string | undefined;
}

/** Applies a workspace as a user does, and waits until it is ready. @returns the address where its model answers. */
export async function serve(kubectl: Kubectl, { file, name }: Example): Promise<string> {
  await kubectl.run('apply', '-f', join(repositoryRoot, 'examples/inference', file));
  await kubectl.run('wait', `workspace/${name}`, '--for=condition=WorkspaceSucceeded', `--timeout=${WITHIN.ready}`);
  const address = await kubectl.run('get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}');
  return `http://${address}/chat`;
}

/** Deletes a workspace, and waits until it is gone: sooner than the grace period of a server that got no signal. */
export async function remove(kubectl: Kubectl, { name }: Example): Promise<void> {
  await kubectl.run('delete', 'workspace', name, '--wait', `--timeout=${WITHIN.gone}`);
}

export async function inferencePod(client: Client, { name }: Example): Promise<InferencePod> {
  const namespace = 'default';
  const pod = await client.get(pods, { namespace, name: `${name}-0` });
  const set = await client.get(statefulSets, { namespace, name });
  const restarts = pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
  return { uid: pod.metadata.uid, restarts, revision: set.status?.currentRevision };
}

/** @throws when the pod is another one, was started again, or is to be replaced. */
export function same(before: InferencePod, after: InferencePod): void {
  if (JSON.stringify(before) !== JSON.stringify(after))
    throw new Error(`the inference pod was touched: ${JSON.stringify({ before, after })}`);
}
