import { serviceHosts, type OptionTable, type WebhookServerOptions } from '@kaito/kube';

/** Names that KAITO's chart gives to the Secret of the certificates and to the configuration. */
const SECRET = 'workspace-webhook-cert';
const CONFIGURATION = 'validation.workspace.kaito.sh';

/** How the workspace controller takes admission reviews, to be spread into its table. */
export const webhookOptions = {
  webhook: {
    flag: '--webhook',
    env: 'WEBHOOK_ENABLED',
    type: 'boolean',
    default: true,
    description: 'Check workspaces when they are applied; needs --webhook-service or --webhook-hosts',
  },
  webhookPort: {
    flag: '--webhook-port <port>',
    env: 'WEBHOOK_PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 9443,
    description: 'Port on which the API server asks; 0 takes a free one',
  },
  webhookService: {
    flag: '--webhook-service <name>',
    env: 'WEBHOOK_SERVICE',
    type: 'string',
    description: 'Service by which the API server reaches the port',
  },
  webhookHosts: {
    flag: '--webhook-hosts <hosts>',
    env: 'WEBHOOK_HOSTS',
    type: 'string',
    description: 'Other DNS names and IP addresses by which it does, separated by commas',
  },
  webhookNamespace: {
    flag: '--webhook-namespace <namespace>',
    env: 'WEBHOOK_NAMESPACE',
    type: 'string',
    description: 'Namespace of that Service and of the Secret; that of the lease when there is none',
  },
  webhookSecret: {
    flag: '--webhook-secret <name>',
    env: 'WEBHOOK_SECRET',
    type: 'string',
    default: SECRET,
    description: 'Secret in which the certificates of the webhook are kept',
  },
  webhookConfiguration: {
    flag: '--webhook-configuration <name>',
    env: 'WEBHOOK_CONFIGURATION',
    type: 'string',
    default: CONFIGURATION,
    description: 'ValidatingWebhookConfiguration that is told which certificates to trust',
  },
} as const satisfies OptionTable;

/** What was set, as far as it concerns the webhook. */
export interface WebhookValues {
  readonly webhook: boolean;
  readonly webhookPort: number;
  readonly webhookService: string | undefined;
  readonly webhookHosts: string | undefined;
  readonly webhookNamespace: string | undefined;
  readonly webhookSecret: string;
  readonly webhookConfiguration: string;
  readonly leaderElectionNamespace: string;
}

/**
 * Where the webhook server listens, and which objects are its own; undefined when there is none: it is turned off, or nobody
 * could call it, as neither a Service nor a host is named.
 */
export function webhookSettings(
  values: WebhookValues,
): Pick<WebhookServerOptions, 'listen' | 'secret' | 'hosts' | 'configuration'> | undefined {
  const { webhookService: service, webhookNamespace: namespace = values.leaderElectionNamespace } = values;
  const named = (values.webhookHosts ?? '').split(',').map(host => host.trim());
  const hosts = [...(service ? serviceHosts(service, namespace) : []), ...named.filter(host => host !== '')];
  if (!values.webhook || hosts.length === 0) return undefined;
  return {
    listen: { port: values.webhookPort },
    secret: { namespace, name: values.webhookSecret },
    hosts,
    configuration: { name: values.webhookConfiguration },
  };
}
