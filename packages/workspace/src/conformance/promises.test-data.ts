import { labels, nodeClaims, workspaces, type Workspace } from '@kaito/crds';
import { ignoreNotFound, nodes, secrets, type KubeObject, type Pod } from '@kaito/kube';
import { eventually, type Overrides, type TestStack } from '@kaito/testing';
import { nodePools } from '../render/node-pool.ts';
import { namespace, type WorkspaceBench } from '../workspace-bench.test-data.ts';
import { largerSize, size, type PromiseId, type Target } from './target.test-data.ts';

/** A target with a stack in which it runs. */
export interface Running {
  readonly target: Target;
  readonly stack: TestStack;
  readonly bench: WorkspaceBench;
}

/** Something that holds on every target, or the target says why not. */
export interface Promised {
  readonly id: PromiseId;
  /** The heading of its row. */
  readonly title: string;
  /** Fails where it does not hold. What it makes is left behind: the stack ends with the target. */
  readonly check: (running: Running) => Promise<void>;
}

const edit = ({ stack }: Running, name: string, patch: Overrides<Workspace>): Promise<Workspace> =>
  stack.client.patch(workspaces, { name, namespace }, patch);

/** Creates a workspace, and, where the user brings nodes, these first. */
async function create(running: Running, name: string, resource: Overrides<Workspace>['resource'] = {}): Promise<void> {
  await bring(running, name, { count: resource?.count ?? 1 });
  await apply(running, name, resource);
}

async function apply(
  { target, bench }: Running,
  name: string,
  resource: Overrides<Workspace>['resource'] = {},
): Promise<void> {
  await bench.create(name, { resource: { ...target.workspace?.resource, ...resource } });
}

async function bring(
  { target, stack, bench }: Running,
  apps: string,
  { count, first = 0 }: { readonly count: number; readonly first?: number },
): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `${apps}-node-${first + index}`);
  await target.bring?.(
    bench,
    stack,
    names.map(name => [name, apps]),
  );
}

async function claimsOf({ target, stack, bench }: Running, name: string): Promise<readonly KubeObject[]> {
  const { claims } = target;
  if (!claims) return [];
  return Promise.all((await bench.claims(name)).map(claim => stack.client.get(claims, { name: claim })));
}

/** Fails unless the workspace has that many claims, each with a derived name or pool, and serves from as many nodes of the size. */
async function expectNodes(running: Running, name: string, count: number, instanceType = size): Promise<void> {
  const { target, bench } = running;
  const workspace = await bench.get(name);
  const claims = await claimsOf(running, name);
  if (target.claims) {
    expect(claims).toHaveLength(count);
    expect(claims.filter(claim => target.isDerived?.(claim, workspace))).toHaveLength(count);
  }
  const used = await bench.nodesOfPods(name);
  expect(used).toHaveLength(count);
  expect(new Set(used).size).toBe(count);
  // Nodes that nobody made for it alone may be more than it uses.
  const usable = [...(workspace.status?.workerNodes ?? [])].toSorted();
  expect(target.claims ? usable : usable.filter(node => used.includes(node))).toEqual(used);
  const wanted = { apps: name, [labels.instanceType]: instanceType, ...target.ownership(workspace) };
  const found = await Promise.all(used.map(node => bench.node(node)));
  for (const node of found) expect(node.metadata.labels).toMatchObject(wanted);
}

const uid = ({ metadata }: KubeObject): string => metadata.uid ?? '';
const uids = (objects: readonly KubeObject[]): readonly string[] => objects.map(uid).toSorted();

async function ready(running: Running): Promise<void> {
  await create(running, 'one');
  await running.bench.untilReady('one');
  await expectNodes(running, 'one', 1);
}

async function several(running: Running): Promise<void> {
  await create(running, 'two', { count: 2 });
  await running.bench.untilReady('two');
  await expectNodes(running, 'two', 2);
}

async function scale(running: Running): Promise<void> {
  const { bench } = running;
  const [first] = await servingPods(running, 'one', 1);
  await bring(running, 'one', { count: 1, first: 1 });
  await edit(running, 'one', { resource: { count: 2 } });
  await bench.until('one', 'serves from two nodes', () => expectNodes(running, 'one', 2));
  expect(uids(await bench.pods('one'))).toContain(first && uid(first));
  await edit(running, 'one', { resource: { count: 1 } });
  await bench.until('one', 'serves from the first node alone', async () => {
    await expectNodes(running, 'one', 1);
    expect(await bench.nodesOfPods('one')).toEqual([first?.spec?.nodeName]);
  });
  expect(uids(await bench.pods('one'))).toEqual(first ? [uid(first)] : []);
}

async function servingPods({ bench }: Running, name: string, count: number): Promise<readonly Pod[]> {
  await bench.untilReady(name);
  const pods = await bench.pods(name);
  expect(pods).toHaveLength(count);
  return pods;
}

async function changeSize(running: Running): Promise<void> {
  const { bench } = running;
  const [before] = await servingPods(running, 'one', 1);
  await edit(running, 'one', { resource: { instanceType: largerSize } });
  await bench.until('one', 'serves from the new size alone', async ({ status }) => {
    expect(status?.state).toBe('Ready');
    await expectNodes(running, 'one', 1, largerSize);
  });
  expect(await bench.nodesOfPods('one')).not.toContain(before?.spec?.nodeName);
}

async function lost(running: Running): Promise<void> {
  const { bench, stack, target } = running;
  await create(running, 'frail');
  const [before] = await servingPods(running, 'frail', 1);
  const name = before?.spec?.nodeName ?? '';
  await bring(running, 'frail', { count: 1, first: 1 });
  const node = await bench.node(name);
  await (target.lose ? target.lose(stack, name) : stack.client.delete(nodes, { name }));
  await bench.until('frail', 'serves from another node', async () => {
    const now = await ignoreNotFound(stack.client.get(nodes, { name }));
    expect(now?.metadata.uid).not.toBe(node.metadata.uid);
    const [pod, ...others] = await bench.pods('frail');
    expect(others).toEqual([]);
    expect(pod && uid(pod)).not.toBe(before && uid(before));
    await expectNodes(running, 'frail', 1);
  });
  await bench.untilReady('frail');
}

async function killed(running: Running): Promise<void> {
  const { bench, stack } = running;
  await create(running, 'steady', { count: 2 });
  const before = await eventually(async () => {
    const claims = await claimsOf(running, 'steady');
    expect(claims.length).toBeGreaterThan(0);
    return claims;
  });
  await stack.workspace.kill();
  await stack.workspace.start();
  await stack.workspace.ready();
  await bench.untilReady('steady');
  await expectNodes(running, 'steady', 2);
  expect(uids(await claimsOf(running, 'steady'))).toEqual(expect.arrayContaining([...uids(before)]));
}

async function there(running: Running): Promise<void> {
  const { bench, stack } = running;
  await Promise.all([bench.addNode('a-idle', 'thrifty'), bench.addNode('b-idle', 'thrifty')]);
  await apply(running, 'thrifty', { preferredNodes: ['b-idle'] });
  const { status } = await bench.untilReady('thrifty');
  expect(status?.workerNodes).toEqual(['b-idle']);
  expect(await bench.claims('thrifty')).toEqual([]);
  await bench.remove('thrifty');
  await eventually(async () => {
    const { metadata } = await stack.client.get(nodes, { name: 'b-idle' });
    expect(Object.keys(metadata.labels ?? {}).filter(key => key.includes('kaito.sh'))).toEqual([]);
  });
}

async function refused(running: Running): Promise<void> {
  const { bench, stack, target } = running;
  const allow = await target.refuse?.(stack);
  await apply(running, 'stuck');
  const { status } = await bench.until('stuck', 'says why', workspace => {
    expect(workspace.status?.diagnosis).toBeDefined();
    expect(workspace.status?.diagnosis?.nextStep).toBeTruthy();
    expect(workspace.status?.conditions?.find(({ type }) => type === 'WorkspaceReady')?.status).toBe('False');
    return workspace;
  });
  // What merely takes its time is told too; a refusal names what is missing.
  expect(status?.diagnosis?.cause).not.toBe('Unknown');
  await allow?.();
  await bring(running, 'stuck', { count: 1 });
  await bench.untilReady('stuck');
  await expectNodes(running, 'stuck', 1);
}

/** The pod of a training is played in a moment here: what counts is its node. */
async function tuned(running: Running): Promise<void> {
  const { target, bench, stack } = running;
  const metadata = { name: 'push', namespace };
  const stringData = { '.dockerconfigjson': '{"auths":{}}' };
  await stack.client.create(secrets, { metadata, type: 'kubernetes.io/dockerconfigjson', stringData });
  await bring(running, 'tuned', { count: 1 });
  await bench.create('tuned', {
    resource: { ...target.workspace?.resource },
    inference: undefined,
    tuning: {
      preset: { name: 'phi-3-mini-4k-instruct' },
      method: 'qlora',
      input: { image: 'example.com/data:1' },
      output: { image: 'example.com/adapter:1', imagePushSecret: metadata.name },
    },
  });
  await bench.until('tuned', 'has ended well', ({ status }) =>
    expect(status).toMatchObject({ state: 'Succeeded', tuning: { outcome: 'Succeeded' } }),
  );
  expect(await bench.nodesOfPods('tuned')).toHaveLength(1);
  await bench.settledClaims('tuned', 0);
}

async function foreign({ stack, target }: Running): Promise<void> {
  const key = { name: target.foreign.metadata.name };
  const { metadata } = await stack.client.get(nodeClaims, key);
  expect(metadata.finalizers ?? []).toEqual([]);
  expect(metadata.deletionTimestamp).toBeUndefined();
  // Everybody who writes is entered there: nobody has since it was made.
  expect(metadata.managedFields).toHaveLength(1);
}

async function gone(running: Running): Promise<void> {
  const { bench, stack, target } = running;
  const { items } = await stack.client.list(workspaces, { namespace });
  const names = items.map(({ metadata }) => metadata.name);
  const before = await Promise.all(names.map(async name => [name, await bench.nodesOfPods(name)] as const));
  await Promise.all(names.map(name => bench.remove(name)));
  const isLeft = async (): Promise<void> => {
    const left = (await stack.client.list(nodes)).items.map(({ metadata }) => metadata.name);
    const own = before.flatMap(([, used]) => used);
    expect(left.filter(name => own.includes(name))).toEqual(target.claims ? [] : own.toSorted());
    const pools = await ignoreNotFound(stack.client.list(nodePools));
    expect(pools?.items ?? []).toEqual([]);
    expect((await stack.client.list(nodeClaims)).items.map(({ metadata }) => metadata.name)).toEqual([
      target.foreign.metadata.name,
    ]);
  };
  await eventually(isLeft, { describe: 'all nodes and claims are gone', timeoutMs: 40_000, dump: stack.dump });
  if (target.claims && !target.stack.karpenter) {
    const { pools } = await stack.emulator.state();
    expect(pools.filter(({ labels: owner }) => owner[labels.workspace] !== undefined)).toEqual([]);
  }
}

/** In the order in which they are checked: some go on from what an earlier one has left. */
export const promises: readonly Promised[] = [
  {
    id: 'ready',
    title: 'a workspace becomes ready on one node of its size that bears its labels; a claim for it has a derived name',
    check: ready,
  },
  { id: 'several', title: 'a workspace of two nodes serves from two; there is one claim for each', check: several },
  { id: 'scale', title: 'it grows and shrinks; the pod that stays is not touched', check: scale },
  { id: 'edit', title: 'another instance type: it moves, and the old node goes', check: changeSize },
  { id: 'lost', title: 'a node that is lost is replaced', check: lost },
  { id: 'killed', title: 'the controller is killed while it makes claims: none is made twice', check: killed },
  {
    id: 'there',
    title: 'nodes that are there already are used first, preferred ones before others, and given back',
    check: there,
  },
  {
    id: 'refused',
    title: 'no machine can be had: it says why and what to do, and goes on when there is one',
    check: refused,
  },
  { id: 'tuned', title: 'a training runs on a node of its own, which is given back when it has ended', check: tuned },
  { id: 'foreign', title: 'claims of another provisioner are left alone', check: foreign },
  { id: 'gone', title: 'deleted, it leaves no claim, pool or node behind', check: gone },
];
