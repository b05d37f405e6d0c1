import type { Pod } from '@kaito/kube';
import { override, type Overrides } from './override.ts';

/** A pod with one container, not bound to a node. */
export function aPod(overrides?: Overrides<Pod>): Pod {
  const base: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a-pod', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'example.com/image:1' }] },
  };
  return override(base, overrides);
}
