import type { Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

/** RFC 1035 label: a Service needs it, and the name of the workspace becomes the name of its Service. */
const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const maxServiceName = 63;
/**
 * Pods of a StatefulSet carry a label of its name, a dash and ten digits of a hash, and a label has at most 63 characters: with a longer
 * name no pod is ever made (seen on Kubernetes 1.36).
 */
const maxStatefulSetName = 52;

/** The name of a workspace becomes a label value, a container name and the name of a Service and a workload; it must do for all of them. */
export function checkName({ metadata, tuning }: Workspace): readonly Problem[] {
  const name = metadata.name ?? '';
  const max = tuning ? maxServiceName : maxStatefulSetName;
  if (name.length <= max && serviceName.test(name)) return [];
  return [
    {
      code: 'NameInvalid',
      field: 'metadata.name',
      message: `metadata.name "${name}" cannot name a Service and its pods: use at most ${max} lower-case letters, digits and "-", starting with a letter`,
    },
  ];
}
