import { isTrue, machines, nodeClaims, workspaces } from '@kaito/crds';
import type { Workspace } from '@kaito/crds';
import type { EmulatorClient } from '@kaito/emulator';
import { deployments, nodes, pods, services, statefulSets } from '@kaito/kube';
import type { Client, Clock, InformerEvent, KubeObject, Resource } from '@kaito/kube';
import { namespace, workspaceOf } from '../../world/view.ts';
import type { ClaimObject, View } from '../../world/view.ts';
import type { Alive, Release, SeenChild, SeenClaim, SeenPool, Snapshot, WorkspaceChange } from './books.ts';
import { ServedWatch } from './served-watch.ts';

export interface BookKeeperOptions {
  readonly view: View;
  readonly client: Client;
  readonly emulator: EmulatorClient;
  readonly clock: Clock;
  /** Uids of objects with a name of the round's that are somebody else's. */
  readonly isForeign: (uid: string) => boolean;
  /** What a workspace has beside its nodes, by the kinds; those of servers when absent. */
  readonly childKinds?: readonly Resource[];
}

const SERVER_KINDS: readonly Resource[] = [statefulSets, deployments, services];

/** Writes down what both sides tell while a round runs, and reads them afresh when asked. */
export class BookKeeper {
  readonly history: WorkspaceChange[] = [];
  readonly alive: Alive[] = [];
  readonly releases: Release[] = [];
  readonly served: ServedWatch;
  readonly #options: BookKeeperOptions;
  readonly #childKinds: readonly Resource[];
  readonly #children = new Map<string, SeenChild>();
  readonly #stop: (() => void)[];

  constructor(options: BookKeeperOptions) {
    this.#options = options;
    this.#childKinds = options.childKinds ?? SERVER_KINDS;
    this.served = new ServedWatch(options.view, options.clock);
    const { cache } = options.view;
    this.#stop = [
      cache.informer(workspaces).onEvent(event => this.#noteWorkspace(event)),
      ...[machines, nodeClaims].map(resource =>
        cache.informer<ClaimObject>(resource).onEvent(() => this.#noteClaims()),
      ),
      ...this.#childKinds.map(resource =>
        cache.informer(resource).onEvent(({ object }) => this.#noteChild(resource.kind, object)),
      ),
    ];
  }

  /** Every child that ever showed. Who is a stranger is known only when its creation has been answered, which may be after the watch. */
  get children(): readonly SeenChild[] {
    return [...this.#children.values()].filter(({ uid }) => !this.#options.isForeign(uid));
  }

  /** Looks at the pools and at who is served, and writes down what is there. */
  async sample(signal: AbortSignal): Promise<void> {
    this.served.look();
    const pools = (await this.#pools(signal)).filter(({ state }) => state !== 'Deleting');
    const at = this.#options.clock.monotonic();
    for (const [workspace, of] of Map.groupBy(pools, pool => pool.workspace))
      this.alive.push({ at, workspace, claims: [], pools: of.map(({ name }) => name) });
  }

  /** Looks at claims and pools while the release of that workspace waits. */
  async witness(workspace: string, signal: AbortSignal): Promise<void> {
    const [claims, pools] = await Promise.all([this.#claims(signal), this.#pools(signal)]);
    const names = (of: readonly (SeenClaim | SeenPool)[]): readonly string[] =>
      of.filter(one => one.workspace === workspace).map(({ name }) => name);
    this.releases.push({ workspace, claims: names(claims), pools: names(pools) });
  }

  /** Reads everything afresh from both servers. */
  async snapshot(signal: AbortSignal): Promise<Snapshot> {
    const { client, clock } = this.#options;
    const at = clock.monotonic();
    const [claims, pools, workspaceList, nodeList, podList, ...childLists] = await Promise.all([
      this.#claims(signal),
      this.#pools(signal),
      client.list(workspaces, { namespace, signal }),
      client.list(nodes, { signal }),
      client.list(pods, { namespace, signal }),
      ...this.#childKinds.map(resource => client.list(resource, { namespace, signal })),
    ]);
    return {
      at,
      claims,
      pools,
      workspaces: new Map(
        workspaceList.items
          .filter(({ metadata }) => this.#isOurs(metadata.name))
          .map(({ metadata }) => [metadata.name, metadata.uid ?? '']),
      ),
      nodes: nodeList.items.filter(node => this.#isOurs(workspaceOf(node))).map(({ metadata }) => metadata.name),
      pods: podList.items.filter(pod => this.#isOurs(workspaceOf(pod))).map(({ metadata }) => metadata.name),
      children: childLists.flatMap(({ items }, index) =>
        items
          .filter(item => this.#isNamedAsChild(item) && !this.#options.isForeign(item.metadata.uid ?? ''))
          .map(item => seenChild(this.#childKinds[index]?.kind ?? '', item)),
      ),
    };
  }

  /** Writes nothing more down. */
  close(): void {
    for (const stop of this.#stop) stop();
  }

  #noteWorkspace({ type, object: { metadata } }: InformerEvent<Workspace>): void {
    if (!this.#isOurs(metadata.name)) return;
    const at = this.#options.clock.monotonic();
    const { name, uid = '', deletionTimestamp } = metadata;
    this.history.push({ at, type, name, uid, leaving: deletionTimestamp !== undefined });
  }

  #noteClaims(): void {
    const { view, clock } = this.#options;
    const at = clock.monotonic();
    for (const workspace of view.names) {
      const alive = view.claims(workspace).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      this.alive.push({ at, workspace, claims: alive.map(({ metadata }) => metadata.name), pools: [] });
    }
  }

  #noteChild(kind: string, object: KubeObject): void {
    if (!this.#isNamedAsChild(object)) return;
    const child = seenChild(kind, object);
    this.#children.set(`${child.uid} ${child.owner}`, child);
  }

  async #claims(signal: AbortSignal): Promise<readonly SeenClaim[]> {
    const { client } = this.#options;
    const lists = await Promise.all([client.list(machines, { signal }), client.list(nodeClaims, { signal })]);
    return lists
      .flatMap<ClaimObject>(({ items }) => items)
      .filter(claim => this.#isOurs(workspaceOf(claim)))
      .map(claim => ({
        name: claim.metadata.name,
        workspace: workspaceOf(claim) ?? '',
        ready: isTrue(claim, 'Ready'),
        leaving: claim.metadata.deletionTimestamp !== undefined,
      }));
  }

  async #pools(signal: AbortSignal): Promise<readonly SeenPool[]> {
    const { pools } = await this.#options.emulator.state({ signal });
    return pools
      .map(({ name, provisioningState, labels: of }) => ({
        name,
        workspace: workspaceOf({ metadata: { name, labels: of } }) ?? '',
        state: provisioningState,
      }))
      .filter(({ workspace }) => this.#isOurs(workspace));
  }

  #isOurs(name: string | undefined): boolean {
    return name !== undefined && this.#options.view.names.includes(name);
  }

  /** Children are called after their workspace. */
  #isNamedAsChild({ metadata: { name } }: KubeObject): boolean {
    return this.#options.view.names.some(own => name === own || name.startsWith(`${own}-`));
  }
}

function seenChild(kind: string, { metadata: { name, uid = '', ownerReferences = [] } }: KubeObject): SeenChild {
  const owner = ownerReferences.find(({ controller, kind: of }) => controller === true && of === 'Workspace')?.uid;
  return { kind, name, uid, owner };
}
