import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppProcess, LocalStack } from '@kaito/local-stack';
import { createCertificate } from '@kaito/testing';
import { Proxy } from '../proxy/proxy.ts';
import type { ProxyHook } from '../proxy/proxy.ts';
import { readAdminAccess, writeProxyKubeconfig } from './kubeconfig.ts';

/** The controllers that can be attacked. */
export type AppUnderAttack = keyof LocalStack['apps'];

/** A controller as a process, behind proxies of its own. */
export interface Replica {
  readonly process: AppProcess;
  /** What leads it to its proxies. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ReplicaOptions {
  readonly stack: LocalStack;
  readonly app: AppUnderAttack;
  /** The first is the stack's own, others are like it. */
  readonly index: number;
  readonly hook: ProxyHook;
}

/** Puts proxies between a controller and every server that it talks to. It is not started. */
export async function startReplica(
  options: ReplicaOptions,
): Promise<{ readonly replica: Replica; readonly proxies: readonly Proxy[] }> {
  const { stack, app, index, hook } = options;
  const { server, ...towardsApiServer } = await readAdminAccess(stack.kubeconfig);
  const certificate = await createCertificate();
  const apiServer = await Proxy.start({ upstream: server, towards: towardsApiServer, certificate, hook });
  const azure = app === 'provisioner' ? await startAzureProxy(stack, certificate, hook) : undefined;
  const caFile = join(stack.dataDir, `chaos-${index}.crt`);
  const kubeconfig = join(stack.dataDir, `chaos-${index}.kubeconfig`);
  await writeFile(caFile, certificate.cert);
  await writeProxyKubeconfig(kubeconfig, apiServer.url, certificate.cert);
  const process = stack.apps[app];
  return {
    proxies: [apiServer, ...(azure ? [azure] : [])],
    replica: {
      process: index === 0 ? process : process.replica(),
      env: {
        KUBECONFIG: kubeconfig,
        ...(azure && { ARM_ENDPOINT: azure.url, AZURE_AUTHORITY_HOST: azure.url, AZURE_CA_FILE: caFile }),
      },
    },
  };
}

type Certificate = Awaited<ReturnType<typeof createCertificate>>;

async function startAzureProxy(stack: LocalStack, certificate: Certificate, hook: ProxyHook): Promise<Proxy> {
  // Where the emulator leaves it, in the folder that the stack gives it.
  const ca = await readFile(join(stack.dataDir, 'emulator', 'ca.crt'), 'utf8');
  return Proxy.start({ upstream: stack.emulator.url, towards: { ca }, certificate, hook });
}
