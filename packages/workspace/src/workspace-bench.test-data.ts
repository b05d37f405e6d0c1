import { findCondition, labels, machines, nodeClaims, workspaces, type Workspace } from '@kaito/crds';
import { ignoreNotFound, keyOf, nodes, pods, type Node, type Pod } from '@kaito/kube';
import { aNode, aWorkspace, eventually, override, type Overrides, type TestStack } from '@kaito/testing';

/** Where the workspaces of a test are. */
export const namespace = 'default';
const timeoutMs = 40_000;

/** What tests of workspaces on a stack do again and again. Whatever it waits for ends with all that the workspace says of itself. */
export class WorkspaceBench {
  readonly #stack: () => TestStack;
  readonly #step: () => Promise<void>;

  /** @param step done before each look, to play the part of somebody who is not there */
  constructor(stack: () => TestStack, step: () => Promise<void> = () => Promise.resolve()) {
    this.#stack = stack;
    this.#step = step;
  }

  create(name: string, overrides: Overrides<Workspace> = {}): Promise<Workspace> {
    const resource = { labelSelector: { matchLabels: { apps: name } } };
    const workspace = aWorkspace({ metadata: { name, namespace }, resource });
    return this.#stack().client.create(workspaces, override(workspace, overrides));
  }

  get(name: string): Promise<Workspace> {
    return this.#stack().client.get(workspaces, { name, namespace });
  }

  /** Waits until the check no longer throws. */
  until<T>(name: string, what: string, check: (workspace: Workspace) => Promise<T> | T): Promise<T> {
    const attempt = async (): Promise<T> => {
      await this.#step();
      const workspace = await this.get(name);
      try {
        return await check(workspace);
      } catch (cause) {
        const reason = typeof cause === 'object' && cause && 'message' in cause ? String(cause.message) : String(cause);
        throw new Error(`${reason}\n${describe(workspace)}`, { cause });
      }
    };
    return eventually(attempt, { timeoutMs, describe: `workspace ${name}: ${what}`, dump: this.#stack().dump });
  }

  /** Waits until a condition has the status, and, where it is given, the reason. */
  untilCondition(name: string, type: string, status: 'True' | 'False', reason?: string): Promise<Workspace> {
    return this.until(name, `${type} is ${status}`, workspace => {
      const condition = findCondition(workspace, type);
      const isThere = condition?.status === status && (reason ?? condition.reason) === condition.reason;
      if (!isThere) throw new Error(`${type} is ${condition?.status} (${condition?.reason})`);
      return workspace;
    });
  }

  untilReady(name: string): Promise<Workspace> {
    return this.untilCondition(name, 'WorkspaceReady', 'True');
  }

  /** Its claims of either kind, by whichever labels they carry, sorted. */
  async claims(name: string): Promise<readonly string[]> {
    const { client } = this.#stack();
    const lists = await Promise.all([machines, nodeClaims].map(kind => ignoreNotFound(client.list(kind))));
    const claims = lists.flatMap(list => list?.items ?? []);
    return claims
      .filter(({ metadata }) => belongsTo(metadata.labels, name))
      .map(({ metadata }) => metadata.name)
      .toSorted();
  }

  async pods(name: string): Promise<readonly Pod[]> {
    const { items } = await this.#stack().client.list(pods, {
      namespace,
      labelSelector: `${labels.workspace}=${name}`,
    });
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** Where its pods are, sorted. */
  async nodesOfPods(name: string): Promise<readonly string[]> {
    return (await this.pods(name)).flatMap(({ spec }) => spec?.nodeName ?? []).toSorted();
  }

  /** The same as soon as there are so many: one that was refused is still being taken down when the next one is there. */
  settledClaims(name: string, count: number): Promise<readonly string[]> {
    return eventually(async () => {
      const claims = await this.claims(name);
      if (claims.length !== count) throw new Error(`claims of ${name}: ${claims.join(', ')}`);
      return claims;
    });
  }

  /** Deletes it and waits until it and all of its claims are gone. */
  async remove(name: string): Promise<void> {
    const { client, dump } = this.#stack();
    await ignoreNotFound(client.delete(workspaces, { name, namespace }));
    const attempt = async (): Promise<void> => {
      await this.#step();
      const left = await ignoreNotFound(client.get(workspaces, { name, namespace }));
      const there = [...(left ? [keyOf(left)] : []), ...(await this.claims(name))];
      if (there.length > 0) throw new Error(`still there: ${there.join(', ')}`);
    };
    await eventually(attempt, { timeoutMs, describe: `workspace ${name} is gone`, dump });
  }

  /** Makes a node with GPUs that nobody has, and waits until pods may be placed there. */
  async addNode(name: string, apps: string, instanceType = 'Standard_NC6s_v3'): Promise<void> {
    const { client, dump } = this.#stack();
    const resources = { cpu: '24', memory: '220Gi', 'nvidia.com/gpu': '1' };
    const own = { apps, [labels.hostname]: name, [labels.instanceType]: instanceType };
    const node = aNode({
      metadata: { name, labels: own },
      status: { capacity: resources, allocatable: resources },
    });
    await client.create(nodes, node);
    await eventually(
      async () => {
        const { spec, status } = await client.get(nodes, { name });
        const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
        // A node that has just joined keeps its taint a moment longer.
        if (!isReady || spec?.taints?.length) throw new Error('not ready, or tainted still');
      },
      { describe: `node ${name} is ready`, dump },
    );
  }

  node(name: string): Promise<Node> {
    return this.#stack().client.get(nodes, { name });
  }
}

function belongsTo(own: Readonly<Record<string, string>> | undefined, name: string): boolean {
  return own?.[labels.workspace] === name || own?.[labels.karpenterWorkspaceName] === name;
}

function describe({ metadata, status }: Workspace): string {
  const conditions = (status?.conditions ?? []).map(
    ({ type, status: is, reason, message }) => `  ${type} ${is} ${reason}: ${message}`,
  );
  const { plan, diagnosis } = status ?? {};
  const planned = plan
    ? `  plan: rung ${plan.rung}, ${plan.nodeCount} × ${plan.instanceType}: ${plan.reason}`
    : '  no plan';
  const trouble = diagnosis ? [`  diagnosis: ${diagnosis.cause}: ${diagnosis.message}`] : [];
  return [`workspace ${metadata.name} says`, ...conditions, planned, ...trouble].join('\n');
}
