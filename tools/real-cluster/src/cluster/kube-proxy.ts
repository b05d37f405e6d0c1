import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program, Run } from '@kaito/local-stack';
import { stringify } from 'yaml';
import { ADDRESSES } from './addresses.ts';
import type { Authority } from './certificates.ts';

/** Starts one kube-proxy for all real nodes: they share one network. */
export async function startKubeProxy({
  run,
  authority,
  command,
}: {
  readonly run: Run;
  readonly authority: Authority;
  readonly command: string;
}): Promise<Program> {
  const file = join(run.dataDir, 'kube-proxy.yaml');
  const config = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    bindAddress: ADDRESSES.controlPlane,
    clusterCIDR: ADDRESSES.pods,
    clientConnection: { kubeconfig: await authority.kubeconfig('kube-proxy', { name: 'system:kube-proxy' }) },
    // Machine-wide settings, which are not ours to write.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
  await writeFile(file, stringify(config));
  return run.start({ name: 'kube-proxy', command, args: [`--config=${file}`, '--hostname-override=system'] });
}
