import type { ValidatingWebhookConfiguration } from '../client/builtin-resources.ts';

/** How the API server reaches a webhook: through a Service or by a URL (admissionregistration.k8s.io/v1 WebhookClientConfig). */
export type WebhookTarget =
  | {
      readonly service: {
        readonly name: string;
        readonly namespace: string;
        readonly path?: string;
        readonly port?: number;
      };
    }
  | { readonly url: string };

export interface WebhookConfigurationOptions {
  /** Name of the ValidatingWebhookConfiguration. All of its webhooks must be ours. */
  readonly name: string;
  /** How its webhooks are reached, by name; of one that is not named here only `caBundle` is kept. */
  readonly targets?: Readonly<Record<string, WebhookTarget>> | undefined;
}

/** An operation of a JSON patch (RFC 6902). */
interface Operation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: unknown;
}

/**
 * The JSON patch that makes a configuration trust `bundle` (PEM), and call where it is told to; empty when it does. It names
 * the version that it was made for, so that the API server refuses it with a conflict for another one.
 */
export function configurationPatch(
  configuration: ValidatingWebhookConfiguration,
  bundle: string,
  targets: WebhookConfigurationOptions['targets'] = {},
): readonly Operation[] {
  const caBundle = Buffer.from(bundle).toString('base64');
  const operations = (configuration.webhooks ?? []).flatMap(({ name, clientConfig }, index): Operation[] => {
    const path = `/webhooks/${index}/clientConfig`;
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
    if (target && !isReachedBy(clientConfig, target)) return [{ op: 'add', path, value: { ...target, caBundle } }];
    return clientConfig.caBundle === caBundle ? [] : [{ op: 'add', path: `${path}/caBundle`, value: caBundle }];
  });
  if (operations.length === 0) return [];
  const { resourceVersion } = configuration.metadata;
  return [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }, ...operations];
}

type ClientConfig = NonNullable<ValidatingWebhookConfiguration['webhooks']>[number]['clientConfig'];

function isReachedBy({ url, service }: ClientConfig, target: WebhookTarget): boolean {
  if ('url' in target) return url === target.url && !service;
  const { name, namespace, path, port } = target.service;
  return (
    !url &&
    service?.name === name &&
    service.namespace === namespace &&
    // The API server fills in the port 443 where none is given.
    (port ?? 443) === (service.port ?? 443) &&
    (path ?? '') === (service.path ?? '')
  );
}

/** Whether every webhook of a configuration trusts an authority (PEM). */
export function trustsAuthority(configuration: ValidatingWebhookConfiguration, authority: string): boolean {
  return (configuration.webhooks ?? []).every(({ clientConfig }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64')
      .toString()
      .includes(authority.trim()),
  );
}
