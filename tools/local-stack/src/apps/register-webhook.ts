import { validatingWebhookConfigurations, type Client, type ValidatingWebhookConfiguration } from '@kaito/kube';
import { pause } from '../processes/pause.ts';

/** Names of KAITO's chart. */
const NAME = 'validation.workspace.kaito.sh';
const PATH = '/validate/workspace.kaito.sh';

const ASKED_WITHIN_MS = 20_000;
const CHECK_EVERY_MS = 20;

/** A workspace that breaks no schema. It is only asked about, never stored. */
const PROBE = {
  apiVersion: 'kaito.sh/v1beta1',
  kind: 'Workspace',
  metadata: { name: 'webhook-probe', namespace: 'default' },
  resource: { instanceType: 'Standard_NC6s_v3', labelSelector: { matchLabels: { probe: 'webhook' } } },
  inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
};

export interface RegisterOptions {
  /** `https://host:port` of the webhook server. */
  readonly url: string;
  /** Whether the server has been asked about anything yet. */
  readonly asked: () => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the API server ask the workspace controller before it stores a workspace, as KAITO's chart does, and waits until it
 * does: it learns of a configuration a moment after that is stored.
 * @throws Error when the webhook is not asked in time; it says what the API server answers.
 */
export async function registerWebhook(client: Client, { url, asked, signal }: RegisterOptions): Promise<void> {
  const options = { fieldManager: 'kaito-local-stack', force: true, signal };
  await client.apply(validatingWebhookConfigurations, configuration(`${url}${PATH}`), options);
  const until = performance.now() + ASKED_WITHIN_MS;
  for (;;) {
    const answer = await probe(client, signal);
    if (await asked()) return;
    if (performance.now() > until) {
      throw new Error(`the webhook at ${url} is not asked after ${ASKED_WITHIN_MS / 1000} s: ${answer}`);
    }
    await pause(CHECK_EVERY_MS, signal);
  }
}

async function probe(client: Client, signal: AbortSignal | undefined): Promise<string> {
  const path = `/apis/${PROBE.apiVersion}/namespaces/${PROBE.metadata.namespace}/workspaces?dryRun=All`;
  try {
    await client.raw('POST', path, PROBE, { signal });
    return 'a workspace is accepted without it';
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

function configuration(url: string): ValidatingWebhookConfiguration {
  const rule = {
    apiGroups: ['kaito.sh'],
    apiVersions: ['v1alpha1', 'v1beta1'],
    resources: ['workspaces'],
    operations: ['CREATE', 'UPDATE'],
  };
  const webhook = {
    name: NAME,
    clientConfig: { url },
    rules: [rule],
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: NAME },
    webhooks: [webhook],
  };
}
