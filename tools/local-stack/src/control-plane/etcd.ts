import { join } from 'node:path';
import type { Program } from '../processes/program.ts';
import type { Run } from '../stack/run.ts';

/** Starts etcd for data that nobody will miss: it never waits for the disk. */
export function startEtcd(
  run: Run,
  command: string,
  ports: { readonly client: number; readonly peer: number },
): Promise<Program> {
  const client = etcdUrl(ports.client);
  const peer = etcdUrl(ports.peer);
  return run.start({
    name: 'etcd',
    command,
    args: [
      `--data-dir=${join(run.dataDir, 'etcd')}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ],
  });
}

export function etcdUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
