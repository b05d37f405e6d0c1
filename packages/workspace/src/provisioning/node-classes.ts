import { annotations, type Workspace } from '@kaito/crds';
import type { Client, Resource } from '@kaito/kube';
import { renderNodeClass, type ConfiguredNodeClass, type NodeClassRef } from '../render/node-class.ts';
import { fieldManager } from '../render/ownership.ts';

/** The node classes that workspaces may use with Karpenter. */
export interface NodeClasses {
  /** The provider's kind. */
  readonly resource: Resource;
  /** At least one, and one of them is the default. */
  readonly classes: readonly ConfiguredNodeClass[];
}

/** A name as Kubernetes allows it (Kubernetes docs, object names: DNS subdomain), and short enough for a label. */
const namePattern = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;
const shape = 'a JSON list of {"name": "…", "default": true, "spec": {…}}';

/**
 * Reads the node classes of an installation.
 * @param text JSON, as in KAITO's `--karpenter-node-classes`
 * @throws Error that says what is wrong with it
 */
export function parseNodeClasses(text: string): readonly ConfiguredNodeClass[] {
  const entries = parseList(text).map(readClass);
  const names = entries.map(({ name }) => name);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) throw new Error(`node class "${doubled}" is there twice: give each its own name`);
  const defaults = entries.filter(({ isDefault }) => isDefault).length;
  if (defaults !== 1) throw new Error(`${defaults} node classes have "default": true: exactly one must`);
  return entries;
}

/** The class for a workspace: the one that it names by annotation, or the default; undefined where it names one that is not configured. */
export function nodeClassOf({ metadata }: Workspace, { resource, classes }: NodeClasses): NodeClassRef | undefined {
  const asked = metadata.annotations?.[annotations.nodeClassName];
  const found = classes.find(({ name, isDefault }) => (asked ? name === asked : isDefault));
  return found && { group: resource.group, kind: resource.kind, name: found.name };
}

/**
 * Brings the NodeClass objects to what is configured: missing ones are made, others are changed; fields of other hands stay.
 * @throws ApiError when that is not possible
 */
export async function applyNodeClasses(
  client: Client,
  { resource, classes }: NodeClasses,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    classes.map(each => client.apply(resource, renderNodeClass(resource, each), { fieldManager, force: true, signal })),
  );
}

function parseList(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // What is not JSON is told like what is no list.
  }
  throw new Error(`expected ${shape}, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
}

function readClass(entry: unknown, index: number): ConfiguredNodeClass {
  const { name, default: isDefault = false, spec } = isRecord(entry) ? entry : {};
  if (typeof name !== 'string' || !namePattern.test(name)) {
    throw new Error(
      `entry ${index}: "name" must be lower-case letters, digits, "-" and ".", at most 63; expected ${shape}`,
    );
  }
  if (typeof isDefault !== 'boolean') throw new Error(`node class "${name}": "default" must be true or false`);
  if (spec !== undefined && !isRecord(spec)) throw new Error(`node class "${name}": "spec" must be an object`);
  return { name, isDefault, ...(spec && { spec }) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
