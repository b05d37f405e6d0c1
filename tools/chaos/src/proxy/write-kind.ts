import { finalizers } from '@kaito/crds';
import type { WriteKind } from '../plan/crash-point.ts';

/** A request, read to its end. */
export interface ProxiedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
}

/** What requests to one kind of object do; the first whose path fits is asked. */
interface Rule {
  readonly path: RegExp;
  readonly kind: (request: ProxiedRequest) => WriteKind | undefined;
}

const CLAIMS = String.raw`^/apis/karpenter\.sh/[^/]+/(machines|nodeclaims)`;
const WORKSPACES = String.raw`^/apis/kaito\.sh/[^/]+/namespaces/[^/]+/workspaces`;
const NAMESPACED_APPS = '^/apis/apps/v1/namespaces/[^/]+';
const NAMESPACED_CORE = '^/api/v1/namespaces/[^/]+';
const NAME = '/[^/?]+';
const END = String.raw`(\?|$)`;

const rules: readonly Rule[] = [
  { path: /\/managedclusters\/[^/]+\/agentpools\/[^/?]+(\?|$)/i, kind: poolWrite },
  { path: new RegExp(`${CLAIMS}${END}`), kind: byMethod({ POST: 'create claim' }) },
  { path: new RegExp(`${CLAIMS}${NAME}/status${END}`), kind: byMethod({ PATCH: 'claim status' }) },
  { path: new RegExp(`${CLAIMS}${NAME}${END}`), kind: claimWrite },
  { path: new RegExp(`^/api/v1/nodes${NAME}${END}`), kind: nodeWrite },
  { path: new RegExp(`${WORKSPACES}${NAME}/status${END}`), kind: workspaceStatusWrite },
  { path: new RegExp(`${WORKSPACES}${NAME}${END}`), kind: workspaceWrite },
  {
    path: new RegExp(`${NAMESPACED_APPS}/(statefulsets|deployments)(${NAME})?${END}`),
    kind: byMethod({ POST: 'apply workload', PATCH: 'apply workload', DELETE: 'delete workload' }),
  },
  {
    path: new RegExp(`${NAMESPACED_APPS}/controllerrevisions(${NAME})?${END}`),
    kind: byMethod({ POST: 'write revision', PATCH: 'write revision', DELETE: 'write revision' }),
  },
  {
    path: new RegExp(`${NAMESPACED_CORE}/services(${NAME})?${END}`),
    kind: byMethod({ POST: 'apply service', PATCH: 'apply service', DELETE: 'delete service' }),
  },
  {
    path: new RegExp(`^/apis/batch/v1/namespaces/[^/]+/jobs(${NAME})?${END}`),
    kind: byMethod({ POST: 'apply job', PATCH: 'apply job', DELETE: 'delete job' }),
  },
  { path: new RegExp(`${NAMESPACED_CORE}/configmaps(${NAME})?${END}`), kind: byMethod({ PATCH: 'apply settings' }) },
  { path: new RegExp(`${NAMESPACED_CORE}/pods${NAME}${END}`), kind: byMethod({ DELETE: 'delete pod' }) },
  { path: new RegExp(`${NAMESPACED_CORE}/pods${NAME}/eviction${END}`), kind: byMethod({ POST: 'delete pod' }) },
];

/** What a request changes; undefined when it only reads, or when what it changes cannot harm anybody (Events, Leases). */
export function writeKind(request: ProxiedRequest): WriteKind | undefined {
  return rules.find(({ path }) => path.test(request.path))?.kind(request);
}

function byMethod(kinds: Readonly<Record<string, WriteKind>>): Rule['kind'] {
  return ({ method }) => kinds[method];
}

function poolWrite({ method }: ProxiedRequest): WriteKind | undefined {
  if (method === 'PUT') return 'PUT agentPools';
  return method === 'DELETE' ? 'DELETE agentPools' : undefined;
}

function claimWrite({ method, body }: ProxiedRequest): WriteKind | undefined {
  if (method === 'DELETE') return 'delete claim';
  if (method !== 'PATCH') return undefined;
  const writes = { none: 'label claim', kept: 'hold claim', gone: 'release claim' } as const;
  return writes[finalizerIn(body, finalizers.termination)];
}

function workspaceWrite({ method, body }: ProxiedRequest): WriteKind | undefined {
  if (method !== 'PATCH') return undefined;
  const writes = { none: 'change workspace', kept: 'hold workspace', gone: 'release workspace' } as const;
  return writes[finalizerIn(body, finalizers.workspace)];
}

/** How a training ended is written once, and what follows depends on it. */
function workspaceStatusWrite({ method, body }: ProxiedRequest): WriteKind | undefined {
  if (method !== 'PATCH') return undefined;
  const tuning = fieldOf(fieldOf(parse(body), 'status'), 'tuning');
  return typeof fieldOf(tuning, 'outcome') === 'string' ? 'training outcome' : 'workspace status';
}

/** What a merge patch (RFC 7386), in which a list stands as a whole, does with a finalizer: nothing, or it is in the list, or not. */
function finalizerIn(body: string, finalizer: string): 'none' | 'kept' | 'gone' {
  const metadata = fieldOf(parse(body), 'metadata');
  if (!isRecord(metadata) || !('finalizers' in metadata)) return 'none';
  const list = metadata['finalizers'];
  return Array.isArray(list) && list.includes(finalizer) ? 'kept' : 'gone';
}

/** Nodes are changed by JSON patches (RFC 6902). */
function nodeWrite({ method, body }: ProxiedRequest): WriteKind | undefined {
  if (method === 'DELETE') return 'delete node';
  if (method !== 'PATCH') return undefined;
  const operations = parse(body);
  const onFinalizers = (Array.isArray(operations) ? operations : []).filter(
    operation =>
      String(fieldOf(operation, 'path')).startsWith('/metadata/finalizers') && fieldOf(operation, 'op') !== 'test',
  );
  if (onFinalizers.length === 0) return 'change node';
  return onFinalizers.some(operation => fieldOf(operation, 'op') === 'remove') ? 'release node' : 'hold node';
}

function parse(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return value;
  } catch {
    // The server will refuse it; what it would have changed does not matter.
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
