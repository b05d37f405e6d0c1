import type { Client } from '@kaito/kube';
import { inheritedEnvironment, provisionerEnvironment, workspaceEnvironment } from '../apps/app-environment.ts';
import { AppProcess } from '../apps/app-process.ts';
import { startEmulator, writeFederatedToken, type EmulatorProcess } from '../apps/emulator-process.ts';
import { registerWebhook } from '../apps/register-webhook.ts';
import { probe } from '../processes/probe.ts';
import type { OnProgress } from '../progress.ts';
import type { Components, Environment, LocalStackOptions } from './options.ts';
import type { Run } from './run.ts';

/** The processes of our own. */
export interface Apps {
  readonly emulator: EmulatorProcess | undefined;
  readonly provisioner: AppProcess;
  readonly workspace: AppProcess;
}

export interface AppsOptions extends Pick<LocalStackOptions, 'emulator' | 'env' | 'signal'> {
  readonly run: Run;
  readonly components: Components;
  /** Host and port of the stack's own registry of images. */
  readonly modelRegistry: string | undefined;
  readonly kubeconfig: string;
  /** With an administrator's rights. */
  readonly client: Client;
  readonly onProgress: OnProgress;
}

/**
 * Starts the emulator at once and the controllers when the cluster is furnished, and waits until they are ready.
 * @param furnished resolves when the controllers' kinds and namespace are there.
 */
export async function startApps(options: AppsOptions, furnished: Promise<void>): Promise<Apps> {
  const { run, components, modelRegistry, kubeconfig, env = {}, signal, onProgress } = options;
  const emulator = components.emulator ? startTheEmulator(options) : Promise.resolve(undefined);
  const [azure] = await Promise.all([emulator, furnished]);
  const provisionerEnv =
    azure && (await provisionerEnvironment({ kubeconfig, emulator: azure, tokenFile: await writeFederatedToken(run) }));
  const provisioner = new AppProcess({
    run,
    app: 'gpu-provisioner',
    env: () => {
      if (!provisionerEnv)
        throw new Error('the gpu-provisioner needs the emulator; start the stack with components.emulator');
      return { ...inheritedEnvironment(), ...provisionerEnv, ...env.provisioner };
    },
  });
  const workspace = new AppProcess({
    run,
    app: 'workspace',
    env: () => ({
      ...inheritedEnvironment(),
      ...workspaceEnvironment(kubeconfig, components.webhook, modelRegistry),
      ...env.workspace,
    }),
  });
  await Promise.all([
    ...(components.provisioner ? [startApp(provisioner, onProgress, signal)] : []),
    ...(components.workspace ? [startApp(workspace, onProgress, signal)] : []),
  ]);
  if (components.webhook) await admit(options, workspace);
  return { emulator: azure, provisioner, workspace };
}

async function startTheEmulator({
  run,
  kubeconfig,
  emulator,
  env,
  signal,
  onProgress,
}: AppsOptions): Promise<EmulatorProcess> {
  onProgress({ name: 'emulator', phase: 'start', detail: run.logFile('emulator') });
  const environment: Environment = { ...inheritedEnvironment(), ...env?.emulator };
  const started = await startEmulator({ run, kubeconfig, settings: emulator, env: environment, signal });
  onProgress({ name: 'emulator', phase: 'up', detail: started.url });
  return started;
}

/** From now on the API server asks the controller about workspaces. */
async function admit({ client, signal }: AppsOptions, workspace: AppProcess): Promise<void> {
  const asked = async (): Promise<boolean> => {
    const { body } = await probe(workspace.metricsUrl, {}, signal);
    return /^controller_runtime_webhook_requests_total\{[^}]*\} [1-9]/m.test(body);
  };
  await registerWebhook(client, { url: workspace.webhookUrl, asked, signal });
}

async function startApp(app: AppProcess, onProgress: OnProgress, signal: AbortSignal | undefined): Promise<void> {
  onProgress({ name: app.name, phase: 'start', detail: app.logFile });
  await app.start({ signal });
  await app.ready(signal);
  onProgress({ name: app.name, phase: 'up', detail: app.healthUrl });
}
