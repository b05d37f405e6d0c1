import type { ConfigMap } from '@kaito/kube';
import { namespace } from '../world/view.ts';

/** What the ConfigMap with the settings of a workspace is called. */
export function nameOfConfig(workspace: string): string {
  return `${workspace}-config`;
}

/** Settings of a workspace: how many tokens its model takes. */
export function configOf(workspace: string, maxModelLen: number): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: nameOfConfig(workspace), namespace },
    data: { 'inference_config.yaml': `vllm:\n  max-model-len: ${maxModelLen}\n` },
  };
}
