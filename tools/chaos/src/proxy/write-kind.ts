import { finalizers } from '@kaito/crds';
import type { WriteKind } from '../plan/crash-point.ts';

/** A request, read to its end. */
export interface ProxiedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
}

const AGENT_POOL = /\/managedclusters\/[^/]+\/agentpools\/[^/?]+(\?|$)/i;
const CLAIM = /^\/apis\/karpenter\.sh\/[^/]+\/(machines|nodeclaims)\/[^/?]+(\/status)?(\?|$)/;
const NODE = /^\/api\/v1\/nodes\/[^/?]+(\?|$)/;

/** What a request changes; undefined when it only reads, or when what it changes cannot harm anybody (Events, Leases). */
export function writeKind({ method, path, body }: ProxiedRequest): WriteKind | undefined {
  if (AGENT_POOL.test(path)) return poolWrite(method);
  const [, , status] = CLAIM.exec(path) ?? [];
  if (status) return method === 'PATCH' ? 'claim status' : undefined;
  if (CLAIM.test(path)) return claimWrite(method, body);
  return NODE.test(path) ? nodeWrite(method, body) : undefined;
}

function poolWrite(method: string): WriteKind | undefined {
  if (method === 'PUT') return 'PUT agentPools';
  return method === 'DELETE' ? 'DELETE agentPools' : undefined;
}

/** Claims are changed by merge patches (RFC 7386), in which a list stands as a whole. */
function claimWrite(method: string, body: string): WriteKind | undefined {
  if (method === 'DELETE') return 'delete claim';
  if (method !== 'PATCH') return undefined;
  const metadata = fieldOf(parse(body), 'metadata');
  if (!isRecord(metadata) || !('finalizers' in metadata)) return 'label claim';
  const kept = metadata['finalizers'];
  return Array.isArray(kept) && kept.includes(finalizers.termination) ? 'hold claim' : 'release claim';
}

/** Nodes are changed by JSON patches (RFC 6902). */
function nodeWrite(method: string, body: string): WriteKind | undefined {
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
