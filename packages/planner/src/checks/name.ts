import type { Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

/** RFC 1035 label: a Service needs it, and the name of the workspace becomes the name of its Service. */
const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const maxServiceName = 63;

/** The name of a workspace becomes a label value, a container name and the name of a Service; it must do for all of them. */
export function checkName({ metadata }: Workspace): readonly Problem[] {
  const name = metadata.name ?? '';
  if (name.length <= maxServiceName && serviceName.test(name)) return [];
  return [
    {
      code: 'NameInvalid',
      field: 'metadata.name',
      message: `metadata.name "${name}" cannot name a Service: use at most ${maxServiceName} lower-case letters, digits and "-", starting with a letter`,
    },
  ];
}
