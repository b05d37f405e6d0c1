import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppProcess, LocalStack } from '@kaito/local-stack';
import { createCertificate } from '@kaito/testing';
import { Proxy } from '../proxy/proxy.ts';
import type { ProxyHook } from '../proxy/proxy.ts';
import { readAdminAccess, writeProxyKubeconfig } from './kubeconfig.ts';

/** How often it looks at ARM: a pace that fits the timings of the emulator here. */
const PACE = {
  POLL_CREATE: '100ms',
  POLL_DELETE: '100ms',
  POLL_MAX: '400ms',
  POLL_IDLE: '2s',
} as const;

/** A provisioner as a process, behind proxies of its own. */
export interface Replica {
  readonly process: AppProcess;
  /** What leads it to its proxies, and its pace. */
  readonly env: Readonly<Record<string, string>>;
}

/** Puts proxies between a provisioner and both servers of a stack. The first is the stack's own, others are like it. None is started. */
export async function startReplica(
  stack: LocalStack,
  index: number,
  hook: ProxyHook,
): Promise<Replica & { readonly proxies: readonly Proxy[] }> {
  const { provisioner } = stack.apps;
  const { server, ...towardsApiServer } = await readAdminAccess(stack.kubeconfig);
  // Where the emulator leaves it, in the folder that the stack gives it.
  const emulatorCa = await readFile(join(stack.dataDir, 'emulator', 'ca.crt'), 'utf8');
  const certificate = await createCertificate();
  const apiServer = await Proxy.start({ upstream: server, towards: towardsApiServer, certificate, hook });
  const azure = await Proxy.start({ upstream: stack.emulator.url, towards: { ca: emulatorCa }, certificate, hook });
  const caFile = join(stack.dataDir, `chaos-${index}.crt`);
  const kubeconfig = join(stack.dataDir, `chaos-${index}.kubeconfig`);
  await writeFile(caFile, certificate.cert);
  await writeProxyKubeconfig(kubeconfig, apiServer.url, certificate.cert);
  return {
    proxies: [apiServer, azure],
    process: index === 0 ? provisioner : provisioner.replica(),
    env: {
      ...PACE,
      KUBECONFIG: kubeconfig,
      ARM_ENDPOINT: azure.url,
      AZURE_AUTHORITY_HOST: azure.url,
      AZURE_CA_FILE: caFile,
    },
  };
}
