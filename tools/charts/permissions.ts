import type { AuditedRequest } from '@kaito/local-stack';
import type { Rendered } from './helm.ts';

/** One thing that a role allows: a verb on a resource. */
export interface Permission {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, as roles have it: `pods/log`. */
  readonly resource: string;
  /** Only there; everywhere when absent. */
  readonly namespace?: string;
  /** Only objects of these names; all when absent. */
  readonly names?: readonly string[];
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

type Role = Rendered & { readonly rules: readonly Rule[] };

const isRole = (object: Rendered): object is Role => object.kind === 'Role' || object.kind === 'ClusterRole';

/** Everything that the roles among the objects allow, one by one. Hooks are left out. */
export function permissionsOf(objects: readonly Rendered[]): readonly Permission[] {
  const roles = objects.filter(isRole).filter(({ metadata }) => !metadata.annotations?.['helm.sh/hook']);
  return roles.flatMap(({ kind, metadata, rules }) =>
    rules.flatMap(({ apiGroups = [], resources = [], verbs, resourceNames }) =>
      apiGroups.flatMap(group =>
        resources.flatMap(resource =>
          verbs.map(verb => ({
            verb,
            group,
            resource,
            ...(kind === 'Role' && metadata.namespace !== undefined && { namespace: metadata.namespace }),
            ...(resourceNames && { names: resourceNames }),
          })),
        ),
      ),
    ),
  );
}

/** Whether a request needs what a permission gives. */
export function isUsedBy(permission: Permission, request: AuditedRequest): boolean {
  const { names, namespace } = permission;
  return (
    request.verb === permission.verb &&
    request.group === permission.group &&
    request.resource === permission.resource &&
    (namespace === undefined || namespace === request.namespace) &&
    (names === undefined || (request.name !== undefined && names.includes(request.name)))
  );
}

/** A permission in a line. */
export function describePermission({ verb, group, resource, namespace, names }: Permission): string {
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${names ? ` ${names.join(',')}` : ''}${where}`;
}
