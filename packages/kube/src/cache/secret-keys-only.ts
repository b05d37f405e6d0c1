import type { Secret } from '../client/builtin-resources.ts';

/** kubectl keeps here all that was applied, values of Secrets included (kubectl docs, "How apply calculates differences"). */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An informer's transform that keeps the keys of a Secret and none of its values, so that a process which only asks
 * whether a key is there never holds what is secret.
 * @returns the Secret with an empty string under each key of `data`.
 */
export function secretKeysOnly(secret: Secret): Secret {
  const { data = {}, stringData: _values, metadata, ...rest } = secret;
  const { managedFields: _fields, annotations = {}, ...meta } = metadata;
  const { [LAST_APPLIED]: _applied, ...kept } = annotations;
  return {
    ...rest,
    metadata: { ...meta, annotations: kept },
    data: Object.fromEntries(Object.keys(data).map(key => [key, ''])),
  };
}
