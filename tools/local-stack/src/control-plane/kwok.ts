import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { KWOK_KINDS } from '../player/kwok-kinds.ts';
import { stagesFile, writeStagesForOthers } from '../player/played-pods.ts';
import type { Program } from '../processes/program.ts';
import type { Run } from '../stack/run.ts';
import type { Certificates } from './certificates.ts';

/** Nodes with this annotation are played by kwok (kwok docs, "Node selection"). */
export const KWOK_NODE_ANNOTATION = 'kwok.x-k8s.io/node=fake';

export interface KwokOptions {
  readonly command: string;
  readonly kubeconfig: string;
  /** Where it answers as the kubelet of its nodes does, for logs; on loopback. */
  readonly port: number;
  readonly certificates: Pick<Certificates, 'serverCertFile' | 'serverKeyFile'>;
  /** Whether some pods are played by somebody else, who tells kwok where their logs are. */
  readonly player?: boolean;
  /** Loopback port that stands behind the inference port of every pod, see `LocalStackOptions`. */
  readonly inferencePort?: number | undefined;
}

/** Where inference servers listen in their pods (KAITO, all versions). */
const POD_INFERENCE_PORT = 5000;

/** The file whose content is the log of every container, or of the run before. It is read when somebody asks for logs. */
function podLogFile(run: Pick<Run, 'dataDir'>, previous: boolean): string {
  return join(run.dataDir, previous ? 'pods-previous.log' : 'pods.log');
}

/** Makes `text` the log of every container that kwok plays, in the format of container runtimes (Kubernetes, "CRI logging"). */
export async function writePodLogs(run: Pick<Run, 'dataDir'>, text: string, previous: boolean): Promise<void> {
  const time = new Date().toISOString();
  const lines = text.replace(/\n$/, '').split('\n');
  const log = text === '' ? '' : lines.map(line => `${time} stdout F ${line}\n`).join('');
  await writeFile(podLogFile(run, previous), log);
}

/** Starts kwok with our stages; it renews the Leases of its nodes, so that they never become Unknown. */
export async function startKwok(run: Run, options: KwokOptions): Promise<Program> {
  const { command, kubeconfig, port, certificates } = options;
  const pods = await configurePods(run, options.inferencePort);
  const stages = options.player ? await writeStagesForOthers(run.dataDir) : stagesFile();
  return run.start({
    name: 'kwok',
    command,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--config=${stages}`,
      `--config=${pods}`,
      '--manage-all-nodes=false',
      `--manage-nodes-with-annotation-selector=${KWOK_NODE_ANNOTATION}`,
      '--node-lease-duration-seconds=40',
      '--node-ip=10.224.0.4',
      '--cidr=10.244.0.0/16',
      ...(options.player ? [`--enable-crds=${KWOK_KINDS.join(',')}`] : []),
      `--server-address=127.0.0.1:${port}`,
      `--node-port=${port}`,
      `--tls-cert-file=${certificates.serverCertFile}`,
      `--tls-private-key-file=${certificates.serverKeyFile}`,
    ],
    // kwok reads ~/.kwok/kwok.yaml as well when there is one; a stack must not depend on it.
    env: { ...process.env, HOME: run.dataDir },
  });
}

/**
 * Writes what kwok knows of all pods: by its ClusterLogs what containers have written, by its ClusterPortForward the server that answers
 * for them (kwok docs, "Logs" and "PortForward").
 */
async function configurePods(run: Run, inferencePort: number | undefined): Promise<string> {
  const [logsFile, previousLogsFile] = [podLogFile(run, false), podLogFile(run, true)];
  const target = { address: '127.0.0.1', port: inferencePort };
  const configurations = [
    clusterKind('ClusterLogs', { logs: [{ logsFile, previousLogsFile }] }),
    ...(inferencePort === undefined
      ? []
      : [clusterKind('ClusterPortForward', { forwards: [{ ports: [POD_INFERENCE_PORT], target }] })]),
  ];
  const file = join(run.dataDir, 'kwok-pods.yaml');
  await Promise.all([
    writeFile(file, configurations.map(configuration => stringify(configuration)).join('---\n')),
    ...[logsFile, previousLogsFile].map(log => writeFile(log, '')),
  ]);
  return file;
}

function clusterKind(kind: string, spec: object): object {
  return { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind, metadata: { name: 'pods' }, spec };
}
