import type { Workspace } from '@kaito/crds';
import type { PlanResult, Problem } from '@kaito/planner';
import { tokenKey } from '../models/secret-token.ts';
import { credentialsKey } from '../render/credentials.ts';
import type { Observed, ObservedConfig, ObservedSecret } from '../observed.ts';

/** What a workspace names and a server could not start without, as far as it is not there. */
export function missingInputs({
  workspace,
  config,
  secrets,
}: Pick<Observed, 'workspace' | 'config' | 'secrets'>): readonly Problem[] {
  const namespace = `namespace "${workspace.metadata.namespace ?? ''}"`;
  const absent = secrets.filter(({ keys }) => keys === undefined);
  return [
    ...missingConfig(workspace, config),
    ...withoutCredentials(workspace, secrets),
    ...absent.map(({ name }) => ({
      code: 'SecretMissing' as const,
      field: workspace.tuning ? 'tuning' : 'inference',
      message: `Secret "${name}" is not in ${namespace}: create it, or correct its name`,
    })),
  ];
}

/** A Secret that a pod of a training mounts by a key that it does not have would keep the pod from starting. */
function withoutCredentials({ tuning }: Workspace, secrets: readonly ObservedSecret[]): readonly Problem[] {
  const { input, output } = tuning ?? {};
  const mounted = [...(input?.imagePullSecrets ?? []), output?.imagePushSecret];
  return secrets
    .filter(({ name, keys }) => mounted.includes(name) && keys?.includes(credentialsKey) === false)
    .map(({ name }) => ({
      code: 'SecretMissing' as const,
      field: 'tuning',
      message: `Secret "${name}" has no key ${credentialsKey}: make it with kubectl create secret docker-registry`,
    }));
}

/** A gated model cannot be downloaded without its token, so that a Secret without one is as good as none. */
export function missingToken(
  { workspace, secrets }: Pick<Observed, 'workspace' | 'secrets'>,
  result: PlanResult,
): readonly Problem[] {
  const name = workspace.inference?.preset?.presetOptions?.modelAccessSecret;
  const secret = secrets.find(found => found.name === name);
  if (!result.ok || result.plan.job !== 'inference' || !secret || !lacksToken(secret)) return [];
  const { gated, weights } = result.plan.model;
  if (!gated || weights !== 'download') return [];
  const field = 'inference.preset.presetOptions.modelAccessSecret';
  const message = `${field} names the Secret "${secret.name}", which has no key ${tokenKey}: put the token under that key`;
  return [{ code: 'SecretMissing', field, message }];
}

/** Whether a Secret is there and holds no token of Hugging Face. */
export function lacksToken({ keys }: ObservedSecret): boolean {
  return keys !== undefined && !keys.includes(tokenKey);
}

/** The ConfigMap that a workspace names must be there and have the key that counts. */
export function missingConfig({ metadata, tuning }: Workspace, config: ObservedConfig): readonly Problem[] {
  if (config.state !== 'missing' && config.state !== 'empty') return [];
  const field = tuning ? 'tuning.config' : 'inference.config';
  const named = `${field} names the ConfigMap "${config.name}"`;
  const namespace = `namespace "${metadata.namespace ?? ''}"`;
  const message =
    config.state === 'missing'
      ? `${named}, which is not in ${namespace}: create it first`
      : `${named} of ${namespace}, which has no key ${config.key}: add it`;
  return [{ code: 'ConfigMissing', field, message }];
}
