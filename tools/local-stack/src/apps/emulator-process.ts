import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmulatorClient, type SettingsPatch } from '@kaito/emulator';
import type { Program } from '../processes/program.ts';
import { waitUntilUp } from '../processes/wait-until-up.ts';
import type { Environment } from '../stack/options.ts';
import type { Run } from '../stack/run.ts';
import { bundleOf } from './bundle.ts';

export interface EmulatorOptions {
  readonly run: Run;
  /** The cluster that its nodes join. */
  readonly kubeconfig: string;
  readonly settings?: SettingsPatch | undefined;
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

/** A running emulator: who it plays, and how to reach and steer it. */
export interface EmulatorProcess {
  readonly program: Program;
  readonly client: EmulatorClient;
  readonly url: string;
  readonly caFile: string;
}

/** The line that it prints when it serves. */
interface ReadyLine {
  readonly url: string;
  readonly caFile: string;
}

const UP_WITHIN_MS = 20_000;

/** Starts the Azure stand-in on a port that it chooses itself, and resolves when it serves with the wanted settings. */
export async function startEmulator(options: EmulatorOptions): Promise<EmulatorProcess> {
  const { run, kubeconfig, settings, env, signal } = options;
  const program = await run.start({
    name: 'emulator',
    command: process.execPath,
    args: [
      bundleOf('emulator'),
      '--port=0',
      `--kubeconfig=${kubeconfig}`,
      `--data-dir=${join(run.dataDir, 'emulator')}`,
    ],
    env,
  });
  const { url, caFile } = await waitUntilUp([program], async () => findReadyLine(program.logs()), {
    timeoutMs: UP_WITHIN_MS,
    signal,
  });
  const client = new EmulatorClient({ url, caFile });
  if (settings) await client.configure(settings, signal ? { signal } : {});
  return { program, client, url, caFile };
}

/** Makes the token file that workload identity reads. The emulator, like Entra, gives a token in exchange for it. */
export async function writeFederatedToken(run: Run): Promise<string> {
  const file = join(run.dataDir, 'federated-token');
  await writeFile(file, 'local-stack-service-account-token', { mode: 0o600 });
  return file;
}

function findReadyLine(log: string): ReadyLine | undefined {
  for (const line of log.split('\n')) {
    if (!line.startsWith('{') || !line.endsWith('}')) continue;
    const { url, caFile }: Partial<ReadyLine> = JSON.parse(line);
    if (url !== undefined && caFile !== undefined) return { url, caFile };
  }
  return undefined;
}
