import {
  labels,
  nodeClaimConditions as types,
  nodeClaimReasons as reasons,
  nodeClaims,
  type NodeClaim,
} from '@kaito/crds';
import {
  customResourceDefinitions,
  ignoreNotFound,
  isAlreadyExists,
  nodes,
  patchStatus,
  pods,
  type Client,
  type CustomResourceDefinition,
  type KubeObject,
  type Node,
  type Resource,
} from '@kaito/kube';
import { aNode, eventually } from '@kaito/testing';
import { nodePools, type NodePool } from './render/node-pool.ts';

/** The node classes of Karpenter for Azure. */
export const aksNodeClasses: Resource<KubeObject & { readonly spec?: Readonly<Record<string, unknown>> }> = {
  group: 'karpenter.azure.com',
  version: 'v1beta1',
  plural: 'aksnodeclasses',
  kind: 'AKSNodeClass',
  namespaced: false,
};

type ClaimCondition = NonNullable<NonNullable<NodeClaim['status']>['conditions']>[number];

/** Installs the kinds that Karpenter brings beside NodeClaim, with as much of a schema as is needed to store them. */
export async function installKarpenter(client: Client): Promise<void> {
  await Promise.all([nodePools, aksNodeClasses].map(resource => install(client, resource)));
}

/** Karpenter's part for NodePools of a fixed size (Karpenter docs, static NodePools), a step at a time; machines come at once. */
export class KarpenterPlayer {
  readonly #client: () => Client;
  #made = 0;
  /** Whether claims get no machine. */
  holds = false;
  /** Whether it does nothing at all. */
  pauses = false;

  constructor(client: () => Client) {
    this.#client = client;
  }

  /** Takes all steps that are due now. */
  readonly step = async (): Promise<void> => {
    if (this.pauses) return;
    const client = this.#client();
    const [pools, claims] = await Promise.all([client.list(nodePools), client.list(nodeClaims)]);
    const names = new Set(pools.items.map(({ metadata }) => metadata.name));
    const orphans = claims.items.filter(({ metadata }) => !names.has(metadata.labels?.[labels.nodePool] ?? ''));
    await this.#remove(orphans);
    for (const pool of pools.items) {
      const own = claims.items.filter(({ metadata }) => metadata.labels?.[labels.nodePool] === pool.metadata.name);
      const surplus = own.length - (pool.spec?.replicas ?? 0);
      await this.#remove((await this.#emptyFirst(own)).slice(0, Math.max(0, surplus)));
      for (let missing = -surplus; missing > 0; missing--) await this.#create(pool);
    }
    if (!this.holds) await this.#launch();
  };

  async #create({ metadata, spec }: NodePool): Promise<void> {
    this.#made += 1;
    const template = spec?.template;
    await this.#client().create(nodeClaims, {
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodeClaim',
      metadata: {
        name: `${metadata.name}-${this.#made}`,
        labels: { ...template?.metadata?.labels, [labels.nodePool]: metadata.name },
      },
      spec: {
        nodeClassRef: template?.spec?.nodeClassRef ?? { group: '', kind: '', name: '' },
        requirements: (template?.spec?.requirements ?? []).map(({ key, values = [] }) => ({
          key,
          operator: 'In' as const,
          values,
        })),
      },
    });
  }

  /** Gives each claim a machine, and tells how far it is. */
  async #launch(): Promise<void> {
    const { items } = await this.#client().list(nodeClaims);
    for (const claim of items) {
      const node = await this.#nodeOf(claim);
      const isReady =
        node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
      const conditions = [
        condition(claim, types.launched, true),
        condition(claim, types.registered, true),
        condition(claim, types.initialized, isReady, reasons.nodeNotReady),
        condition(claim, types.ready, isReady, reasons.reconcilingDependents),
      ];
      const status = {
        ...claim.status,
        nodeName: claim.metadata.name,
        providerID: `azure://${claim.metadata.name}`,
        conditions,
      };
      await ignoreNotFound(patchStatus(this.#client(), nodeClaims, claim, status));
    }
  }

  async #nodeOf({ metadata, spec }: NodeClaim): Promise<Node> {
    const { name } = metadata;
    const known = await ignoreNotFound(this.#client().get(nodes, { name }));
    if (known) return known;
    const valueOf = (key: string): string => spec?.requirements.find(one => one.key === key)?.values?.[0] ?? '';
    const resources = { cpu: '24', memory: '220Gi', 'nvidia.com/gpu': '1' };
    const own = Object.fromEntries([labels.instanceType, labels.capacityType].map(key => [key, valueOf(key)]));
    const node = aNode({
      metadata: { name, labels: { ...metadata.labels, ...own, [labels.hostname]: name } },
      spec: { taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] },
      status: { capacity: resources, allocatable: resources },
    });
    return this.#client().create(nodes, node);
  }

  /** Claims without pods on their nodes go first. */
  async #emptyFirst(claims: readonly NodeClaim[]): Promise<readonly NodeClaim[]> {
    const { items } = await this.#client().list(pods);
    const busy = new Set(items.map(({ spec }) => spec?.nodeName));
    return claims.toSorted((a, b) => Number(busy.has(a.metadata.name)) - Number(busy.has(b.metadata.name)));
  }

  /** Takes pods, node and claim away, in this order. */
  async #remove(claims: readonly NodeClaim[]): Promise<void> {
    const client = this.#client();
    for (const { metadata } of claims) {
      const { name } = metadata;
      const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${name}` });
      for (const pod of items) {
        const key = { name: pod.metadata.name, namespace: pod.metadata.namespace };
        await ignoreNotFound(client.delete(pods, key, { gracePeriodSeconds: 0 }));
      }
      await ignoreNotFound(client.delete(nodes, { name }));
      await ignoreNotFound(client.delete(nodeClaims, { name }));
    }
  }
}

/** A condition of a claim; what is not done yet is Unknown, as Karpenter has it. */
function condition({ metadata }: NodeClaim, type: string, done: boolean, waiting = type): ClaimCondition {
  const since = { lastTransitionTime: metadata.creationTimestamp ?? '' };
  if (done) return { ...since, type, status: 'True', reason: type, message: '' };
  return { ...since, type, status: 'Unknown', reason: waiting, message: 'Node is not ready' };
}

async function install(client: Client, { group, version, plural, kind }: Resource): Promise<void> {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const definition: CustomResourceDefinition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
        },
      ],
    },
  };
  try {
    await client.create(customResourceDefinitions, definition);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const path = `/apis/${group}/${version}/${plural}`;
  await eventually(() => client.raw('GET', path), { describe: `${plural} are served` });
}
