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

/** A request that the API server has answered. */
export interface AuditedRequest {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly uri: string;
  readonly allowed: boolean;
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

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The requests for resources in an audit log. One that applies and creates counts as a creation, too: it needs both rights. */
export function readAuditLog(text: string): readonly AuditedRequest[] {
  const lines = text.split('\n').filter(line => line !== '');
  return lines.flatMap(line => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- audit.k8s.io/v1 Event
    const event = JSON.parse(line) as AuditEvent;
    const { objectRef: ref } = event;
    if (ref?.resource === undefined) return [];
    const request: AuditedRequest = {
      user: event.user.username,
      verb: event.verb,
      group: ref.apiGroup ?? '',
      resource: ref.subresource === undefined ? ref.resource : `${ref.resource}/${ref.subresource}`,
      namespace: ref.namespace,
      name: ref.name,
      uri: event.requestURI,
      allowed: event.annotations?.['authorization.k8s.io/decision'] !== 'forbid' && event.responseStatus?.code !== 403,
    };
    const creates = event.verb === 'patch' && event.responseStatus?.code === 201;
    return creates ? [request, { ...request, verb: 'create' }] : [request];
  });
}
