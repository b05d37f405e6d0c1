import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, KubeObject, Resource } from '@kaito/kube';
import { VM_SIZES } from '@kaito/emulator';
import { inheritedEnvironment, SYSTEM_NAMESPACE } from '../apps/app-environment.ts';
import { probe } from '../processes/probe.ts';
import type { Program } from '../processes/program.ts';
import { waitUntilUp } from '../processes/wait-until-up.ts';
import { onFreePorts } from '../stack/ports.ts';
import type { Run } from '../stack/run.ts';
import { kwokInstanceTypes } from './instance-types.ts';

/** The node classes of Karpenter's kwok provider. */
export const kwokNodeClasses: Resource = {
  group: 'karpenter.kwok.sh',
  version: 'v1alpha1',
  plural: 'kwoknodeclasses',
  kind: 'KWOKNodeClass',
  namespaced: false,
};

const READY_WITHIN_MS = 60_000;

export interface KarpenterOptions {
  readonly command: string;
  readonly kubeconfig: string;
  /** With an administrator's rights. */
  readonly client: Client;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts Karpenter with its kwok provider, which makes Node objects for kwok to play, and a node class `default` for it. A claim whose
 * class is not there would be deleted.
 */
export async function startKarpenter(run: Run, options: KarpenterOptions): Promise<Program> {
  const { client, signal } = options;
  const types = join(run.dataDir, 'karpenter-instance-types.json');
  await Promise.all([
    writeFile(types, JSON.stringify(kwokInstanceTypes(VM_SIZES))),
    client.apply(kwokNodeClasses, nodeClass('default'), { fieldManager: 'kaito-local-stack', force: true, signal }),
  ]);
  return onFreePorts(2, ports => startOn(run, options, types, ports));
}

function nodeClass(name: string): KubeObject {
  const { group, version, kind } = kwokNodeClasses;
  return { apiVersion: `${group}/${version}`, kind, metadata: { name } };
}

async function startOn(
  run: Run,
  { command, kubeconfig, signal }: KarpenterOptions,
  types: string,
  [health = 0, metrics = 0]: readonly number[],
): Promise<Program> {
  const program = await run.start({
    name: 'karpenter',
    command,
    args: [],
    env: {
      ...inheritedEnvironment(),
      KUBECONFIG: kubeconfig,
      SYSTEM_NAMESPACE,
      KARPENTER_SERVICE: 'karpenter',
      DISABLE_LEADER_ELECTION: 'true',
      HEALTH_PROBE_PORT: String(health),
      METRICS_PORT: String(metrics),
      INSTANCE_TYPES_FILE_PATH: types,
      // A NodePool with a number of replicas is a feature that has to be asked for.
      FEATURE_GATES: 'StaticCapacity=true,NodeRepair=true',
    },
  });
  const ready = async (): Promise<true> => {
    const { status, body } = await probe(`http://127.0.0.1:${health}/readyz`, {}, signal);
    if (status !== 200) throw new Error(`/readyz answers ${status} ${body}`);
    return true;
  };
  await waitUntilUp([program], ready, { timeoutMs: READY_WITHIN_MS, signal });
  return program;
}
