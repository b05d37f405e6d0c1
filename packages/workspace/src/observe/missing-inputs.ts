import type { Workspace } from '@kaito/crds';
import type { Problem } from '@kaito/planner';
import type { Observed, ObservedConfig } from '../observed.ts';

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
    ...absent.map(({ name }) => ({
      code: 'SecretMissing' as const,
      field: workspace.tuning ? 'tuning' : 'inference',
      message: `Secret "${name}" is not in ${namespace}: create it, or correct its name`,
    })),
  ];
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
