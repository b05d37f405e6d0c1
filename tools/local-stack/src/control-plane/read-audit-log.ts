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
