import type { Program } from '../processes/program.ts';
import type { Run } from '../stack/run.ts';
import type { Certificates } from './certificates.ts';

/**
 * One instance, and no brake on its requests: at the default of 20 a second it takes 11 s to lift the not-ready taints of
 * a hundred new nodes (measured).
 */
export const UNBRIDLED = [
  '--leader-elect=false',
  '--kube-api-qps=1000',
  '--kube-api-burst=2000',
  '--profiling=false',
] as const;

export interface ControllerManagerOptions {
  readonly command: string;
  readonly kubeconfig: string;
  readonly certificates: Pick<Certificates, 'caFile' | 'serviceAccountKeyFile'>;
  /** More of its flags. */
  readonly args?: readonly string[];
}

/** Starts kube-controller-manager without a port of its own. */
export function startControllerManager(
  run: Run,
  { command, kubeconfig, certificates, args = [] }: ControllerManagerOptions,
): Promise<Program> {
  return run.start({
    name: 'kube-controller-manager',
    command,
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--secure-port=0',
      ...UNBRIDLED,
      `--service-account-private-key-file=${certificates.serviceAccountKeyFile}`,
      `--root-ca-file=${certificates.caFile}`,
      ...args,
    ],
  });
}
