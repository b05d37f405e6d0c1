import { changesAdaptersLive } from './adapter-edit.ts';
import { impactOf, type EditContext, type Impact } from './impact.ts';
import type { RevisionData } from './revision-data.ts';

/** A field that differs between two revisions. */
export interface FieldChange {
  /** Path from the top of the object, as in `inference.adapters[0].source.image`. */
  readonly field: string;
  /** A field that nobody declared counts as one that needs new pods: they are what takes up any change. */
  readonly impact: Impact;
}

/** What an edit meets. */
export interface EditCircumstances extends Pick<EditContext, 'provisioner'> {
  /** Whether the servers can be given adapters from images while they run. */
  readonly loadsLive?: boolean | undefined;
}

/**
 * The fields that differ, in the order of their paths. A field that the API server fills in is no edit: an absent one equals its default.
 * @param circumstances of the installation and the server; left out, an impact is the greatest that it is anywhere
 */
export function changesBetween(
  before: RevisionData,
  after: RevisionData,
  { provisioner, loadsLive = false }: EditCircumstances = {},
): readonly FieldChange[] {
  const context: EditContext = { provisioner, adaptersLive: loadsLive && changesAdaptersLive(before, after) };
  return differences('', before, after)
    .map(field => ({ field, impact: impactOf(field, context) ?? 'podRestart' }))
    .toSorted((a, b) => (a.field < b.field ? -1 : 1));
}

function differences(path: string, before: unknown, after: unknown): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => differences(`${path}[${index}]`, before[index], after[index])).flat();
  }
  const [was, is] = isDeclared(path) ? [before, after] : [before ?? {}, after ?? {}];
  if (isObject(was) && isObject(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return keys.flatMap(key => differences(path === '' ? key : `${path}.${key}`, was[key], is[key]));
  }
  return Object.is(before, after) ? [] : [path];
}

/** A section that merely holds fields has no impact of its own: what came or went in it is told field by field. */
function isDeclared(path: string): boolean {
  return impactOf(path) !== undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
