import { join } from 'node:path';
import type { Program } from '../processes/program.ts';
import { packageRoot } from '../repository.ts';
import type { Run } from '../stack/run.ts';

/** Nodes with this annotation are played by kwok (kwok docs, "Node selection"). */
export const KWOK_NODE_ANNOTATION = 'kwok.x-k8s.io/node=fake';

/** Starts kwok with our stages; it renews the Leases of its nodes, so that they never become Unknown. */
export function startKwok(run: Run, command: string, kubeconfig: string): Promise<Program> {
  return run.start({
    name: 'kwok',
    command,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--config=${join(packageRoot, 'assets/kwok-stages.yaml')}`,
      '--manage-all-nodes=false',
      `--manage-nodes-with-annotation-selector=${KWOK_NODE_ANNOTATION}`,
      '--node-lease-duration-seconds=40',
      '--node-ip=10.224.0.4',
      '--cidr=10.244.0.0/16',
    ],
    // kwok reads ~/.kwok/kwok.yaml as well when there is one; a stack must not depend on it.
    env: { ...process.env, HOME: run.dataDir },
  });
}
