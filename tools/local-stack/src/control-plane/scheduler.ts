import type { Program } from '../processes/program.ts';
import type { Run } from '../stack/run.ts';
import { UNBRIDLED } from './controller-manager.ts';

/** Starts kube-scheduler without a port of its own. */
export function startScheduler(run: Run, command: string, kubeconfig: string): Promise<Program> {
  return run.start({
    name: 'kube-scheduler',
    command,
    args: [`--kubeconfig=${kubeconfig}`, '--secure-port=0', ...UNBRIDLED],
  });
}
