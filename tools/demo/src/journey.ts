import {
  findCondition,
  isTrue,
  labels,
  machines,
  nodeClaims,
  workspaces,
  type Machine,
  type NodeClaim,
  type Workspace,
} from '@kaito/crds';
import {
  keyOf,
  nodes,
  pods,
  services,
  type Cache,
  type Informer,
  type KubeObject,
  type Node,
  type ObjectKey,
  type Pod,
  type Service,
} from '@kaito/kube';
import type { EmulatorClient } from '@kaito/local-stack';

/** What a phase of the journey looks like at one moment: finished or not, and the words for it. */
export interface Progress {
  readonly done: boolean;
  readonly text: string;
}

export interface Phase {
  readonly title: string;
  look(): Progress;
}

export interface JourneyOptions {
  readonly cache: Cache;
  readonly emulator: EmulatorClient;
  readonly workspace: ObjectKey;
  readonly claimKind: 'machine' | 'nodeclaim';
  /** The workspace trains, and serves nothing. */
  readonly trains: boolean;
}

const ASK_AZURE_EVERY_MS = 300;

/** A condition as one line: `Ready: AgentPoolCreating: waiting for the pool`. */
function conditionText(object: Workspace | Machine | NodeClaim | undefined, type: string): string {
  const condition = object && findCondition(object, type);
  if (!condition) return 'waiting';
  return [condition.reason, condition.message].filter(Boolean).join(': ') || condition.status;
}

/**
 * Follows one workspace from the claim to the answer of its service: watches the cluster through informers and asks the
 * emulator, which stands in for Azure, for the agent pool.
 */
export class Journey {
  readonly #options: JourneyOptions;
  readonly #workspaces: Informer<Workspace>;
  readonly #claims: Informer<Machine | NodeClaim>;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #services: Informer<Service>;
  readonly #waiting = new Set<() => void>();
  #pool: Progress = { done: false, text: 'waiting for the claim' };

  constructor(options: JourneyOptions) {
    this.#options = options;
    const { cache } = options;
    this.#workspaces = cache.informer(workspaces);
    this.#claims = options.claimKind === 'machine' ? cache.informer(machines) : cache.informer(nodeClaims);
    this.#nodes = cache.informer(nodes);
    this.#pods = cache.informer(pods);
    this.#services = cache.informer(services);
    for (const informer of [this.#workspaces, this.#claims, this.#nodes, this.#pods, this.#services]) {
      informer.onEvent(() => this.#wake());
    }
  }

  /** The phases in the order in which they usually finish. */
  get phases(): readonly Phase[] {
    return [
      { title: 'Claim', look: () => this.#claim() },
      { title: 'Agent pool (emulated Azure)', look: () => this.#pool },
      { title: 'GPU node (kwok)', look: () => this.#node() },
      { title: this.#options.trains ? 'Training (stand-in)' : 'Pod (kwok)', look: () => this.#pod() },
      ...(this.#options.trains ? [] : [{ title: 'Service', look: () => this.#service() }]),
      { title: 'Workspace', look: () => this.#workspace() },
    ];
  }

  /** Why the workspace is not ready, in the words of its own conditions and of its claims. */
  get reasons(): readonly string[] {
    const workspace = this.#workspaces.get(keyOfWorkspace(this.#options.workspace));
    return [...(workspace ? [workspace] : []), ...this.#ours(this.#claims)].flatMap(object =>
      (object.status?.conditions ?? [])
        .filter(({ status }) => status !== 'True')
        .map(
          ({ type, status }) =>
            `${object.kind ?? ''} ${object.metadata.name}: ${type}=${status} ${conditionText(object, type)}`,
        ),
    );
  }

  /**
   * Resolves when `phase` is done. `report` gets its words whenever they change.
   * @throws the signal's reason when it is aborted first.
   */
  async follow(phase: Phase, report: (text: string) => void, signal: AbortSignal): Promise<string> {
    let last = '';
    for (;;) {
      signal.throwIfAborted();
      if (phase.title.startsWith('Agent pool')) await this.#askAzure(signal);
      const { done, text } = phase.look();
      if (text !== last) report((last = text));
      if (done) return text;
      await this.#change(signal);
    }
  }

  /** Resolves at the next change in the cluster, or when it is time to ask Azure again. */
  async #change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const timer = setTimeout(resolve, ASK_AZURE_EVERY_MS);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #ours<T extends KubeObject>(informer: Informer<T>): readonly T[] {
    const { name, namespace } = this.#options.workspace;
    return informer
      .list()
      .filter(
        ({ metadata }) =>
          metadata.labels?.[labels.workspace] === name &&
          (metadata.namespace ?? metadata.labels[labels.workspaceNamespace]) === namespace,
      );
  }

  #claim(): Progress {
    const [claim] = this.#ours(this.#claims);
    if (!claim) return { done: false, text: 'waiting for the workspace controller' };
    return { done: true, text: `${claim.metadata.name} asks for a node` };
  }

  async #askAzure(signal: AbortSignal): Promise<void> {
    const [claim] = this.#ours(this.#claims);
    if (!claim) return;
    const { pools } = await this.#options.emulator.state({ signal });
    const pool = pools.find(
      ({ tags, name }) => name === claim.metadata.name || Object.values(tags ?? {}).includes(claim.metadata.uid ?? '-'),
    );
    this.#pool = pool
      ? { done: true, text: `${pool.name} (${pool.vmSize}) accepted, ${pool.provisioningState}` }
      : { done: false, text: conditionText(claim, 'Ready') };
  }

  #node(): Progress {
    const [node] = this.#ours(this.#nodes);
    const [claim] = this.#ours(this.#claims);
    if (!node) return { done: false, text: conditionText(claim, 'Ready') };
    const gpus = Number(node.status?.capacity?.['nvidia.com/gpu'] ?? 0);
    if (!claim || !isTrue(claim, 'Ready'))
      return { done: false, text: `${node.metadata.name}: ${conditionText(claim, 'Ready')}` };
    return { done: gpus > 0, text: `${node.metadata.name} is Ready, nvidia.com/gpu: ${gpus}` };
  }

  #pod(): Progress {
    const [pod] = this.#ours(this.#pods);
    if (!pod) return { done: false, text: 'waiting for the node' };
    const { phase = 'Pending' } = pod.status ?? {};
    const done = this.#options.trains ? phase === 'Succeeded' : isTrue(pod, 'Ready');
    return { done, text: `${pod.metadata.name} is ${phase}` };
  }

  #service(): Progress {
    const service = this.#services.get(keyOfWorkspace(this.#options.workspace));
    if (!service) return { done: false, text: 'waiting' };
    const ports = (service.spec?.ports ?? []).map(({ port }) => port).join(', ');
    return { done: true, text: `${service.metadata.name} on ${service.spec?.clusterIP ?? '-'}, ports ${ports}` };
  }

  #workspace(): Progress {
    const workspace = this.#workspaces.get(keyOfWorkspace(this.#options.workspace));
    const [type, word] = this.#options.trains ? ['WorkspaceSucceeded', 'done'] : ['WorkspaceReady', 'ready'];
    if (workspace && isTrue(workspace, type)) return { done: true, text: `${workspace.metadata.name} is ${word}` };
    return { done: false, text: conditionText(workspace, type) };
  }
}

function keyOfWorkspace(key: ObjectKey): string {
  return keyOf({
    metadata: key.namespace === undefined ? { name: key.name } : { name: key.name, namespace: key.namespace },
  });
}
