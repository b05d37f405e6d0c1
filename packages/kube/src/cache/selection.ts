import type { Selection } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { matchesLabels } from './label-selector.ts';

/** The fields that every kind can be selected by; others differ from kind to kind. */
const METADATA_TERM = /^(metadata\.name|metadata\.namespace)(==|=|!=)(.*)$/;

/**
 * Whether an object belongs to a selection. Undefined when only the server can tell, because the field selector names
 * fields of the kind.
 */
export function belongsTo(selection: Selection, object: KubeObject): boolean | undefined {
  const { namespace, labelSelector, fieldSelector } = selection;
  const { metadata } = object;
  if (namespace && metadata.namespace !== namespace) return false;
  if (labelSelector && !matchesLabels(labelSelector, metadata.labels ?? {})) return false;
  return fieldSelector ? matchesFields(fieldSelector, metadata) : true;
}

function matchesFields(selector: string, metadata: KubeObject['metadata']): boolean | undefined {
  let matches = true;
  for (const term of selector.split(',')) {
    const [, field, operator, wanted] = METADATA_TERM.exec(term.trim()) ?? [];
    if (field === undefined) return undefined;
    const value = field === 'metadata.name' ? metadata.name : (metadata.namespace ?? '');
    matches &&= (value === wanted) !== (operator === '!=');
  }
  return matches;
}
