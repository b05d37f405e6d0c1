import { createServer, connect as connectSocket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '@kaito/emulator';
import { ADDRESSES } from '../cluster/addresses.ts';
import type { RealCluster } from '../cluster/real-cluster.ts';
import { GpuMachines } from './gpu-machines.ts';

/** Azure's stand-in as pods see it. */
export interface Azure {
  readonly emulator: Emulator;
  /** ARM and Entra, at an address that pods reach. */
  readonly url: string;
  /** PEM that they are to trust. */
  readonly ca: string;
}

/** Starts the emulator beside the cluster; its first GPU machine is a real kubelet. */
export async function startAzure(cluster: RealCluster): Promise<Azure> {
  const host = ADDRESSES.controlPlane;
  const emulator = await startEmulator({
    kubeconfig: cluster.kubeconfig,
    dataDir: join(cluster.run.dataDir, 'emulator'),
    certificateHosts: [host],
    nodeProvider: new GpuMachines(cluster),
  });
  const port = Number(new URL(emulator.url).port);
  // It listens on loopback only, as its admin API lets everybody in; this network has nobody else in it.
  const forwarder = createServer(incoming => {
    const outgoing = connectSocket(port, '127.0.0.1');
    const end = (): void => void (incoming.destroy(), outgoing.destroy());
    incoming.on('error', end).on('close', end).pipe(outgoing);
    outgoing.on('error', end).on('close', end).pipe(incoming);
  });
  await new Promise<void>(resolve => forwarder.listen(port, host, resolve));
  forwarder.unref();
  return { emulator, url: `https://${host}:${port}`, ca: await readFile(emulator.caFile, 'utf8') };
}
