import type { SettingsPatch } from '@kaito/emulator';
import type { PlayerOptions } from '../player/player.ts';
import type { OnProgress } from '../progress.ts';

/**
 * The parts of a stack; etcd, kube-apiserver and the CRDs are always there. A part that is left out costs nothing:
 * the API server alone is up in two thirds of the time of the whole.
 */
export interface Components {
  /** kube-controller-manager: garbage collection, Deployments, Jobs, default service accounts, node taints. */
  readonly controllerManager: boolean;
  /** kube-scheduler: binds pods to nodes. */
  readonly scheduler: boolean;
  /** kwok, which stands in for the kubelet of annotated nodes. */
  readonly kwok: boolean;
  /** The stand-in for Azure. */
  readonly emulator: boolean;
  /** gpu-provisioner; needs the emulator. */
  readonly provisioner: boolean;
  /** The workspace controller. */
  readonly workspace: boolean;
  /**
   * Upstream Karpenter with its kwok provider, a second provisioner: it serves claims and pools whose node class is
   * `karpenter.kwok.sh/KWOKNodeClass`, and offers the GPU sizes that the emulator knows. Needs kwok. Building it takes minutes
   * the first time, and a Go toolchain.
   */
  readonly karpenter: boolean;
  /**
   * Admission of workspaces by the workspace controller; needs it. While it is down, the API server refuses every change of
   * a workspace.
   */
  readonly webhook: boolean;
  /** An audit log of what service accounts ask of the API server: `audit.log` in the data folder. */
  readonly audit: boolean;
}

/** Environment variables by name; `undefined` takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface LocalStackOptions {
  /**
   * Which parts to start; all but the webhook, the audit log and Karpenter when absent. The scheduler comes with the controller manager, and the provisioner with
   * the emulator, unless they are named.
   */
  readonly components?: Partial<Components>;
  /** Where etcd, certificates and logs live; a new folder under the system's temporary one by default. */
  readonly dataDir?: string;
  /**
   * Runs the containers of some pods of workspaces as processes of this machine: those of Jobs, and servers that get adapters by a container.
   * The stack then has a registry of images, too. Off by default; needs kwok and the controller manager, and Linux.
   */
  readonly player?: boolean | PlayerOptions | undefined;
  /** Leave `dataDir` behind at `stop()`. Of a stack that failed to start the logs are always left. */
  readonly keepData?: boolean;
  readonly onProgress?: OnProgress;
  /**
   * Loopback port of a server that answers for port 5000 of every pod that kwok plays, when somebody forwards ports to one
   * (`kubectl port-forward`). Nobody needs to listen there yet.
   */
  readonly inferencePort?: number;
  /** Settings of the emulator from its start on. */
  readonly emulator?: SettingsPatch;
  /** Environment of the processes of our own, over what the stack gives them. */
  readonly env?: {
    readonly emulator?: Environment;
    readonly provisioner?: Environment;
    readonly workspace?: Environment;
  };
  /** Aborting it while the stack starts stops what is there already. */
  readonly signal?: AbortSignal;
}

/**
 * @returns which parts a stack has.
 * @throws RangeError when a part is asked for without one that it needs.
 */
export function resolveComponents(wanted: Partial<Components> = {}): Components {
  const controllerManager = wanted.controllerManager ?? true;
  const emulator = wanted.emulator ?? true;
  const components = {
    controllerManager,
    scheduler: wanted.scheduler ?? controllerManager,
    kwok: wanted.kwok ?? true,
    emulator,
    provisioner: wanted.provisioner ?? emulator,
    workspace: wanted.workspace ?? true,
    karpenter: wanted.karpenter ?? false,
    webhook: wanted.webhook ?? false,
    audit: wanted.audit ?? false,
  };
  check(components);
  return components;
}

function check(components: Components): void {
  if (components.provisioner && !components.emulator) {
    throw new RangeError('the provisioner needs the emulator: set components.emulator, or leave the provisioner out');
  }
  if (components.karpenter && !components.kwok) {
    throw new RangeError('nobody would play the nodes of Karpenter: set components.kwok, or leave Karpenter out');
  }
  if (components.webhook && !components.workspace) {
    throw new RangeError(
      'the webhook is part of the workspace controller: set components.workspace, or leave the webhook out',
    );
  }
}

/**
 * @returns how pods are played; undefined when they are not.
 * @throws RangeError when the stack lacks what that needs.
 */
export function resolvePlayer(wanted: LocalStackOptions['player'], components: Components): PlayerOptions | undefined {
  if (wanted === undefined || wanted === false) return undefined;
  if (!components.kwok || !components.controllerManager) {
    throw new RangeError(
      'there would be no pods to play: set components.kwok and components.controllerManager, or leave the player out',
    );
  }
  return wanted === true ? {} : wanted;
}
