import type { Workspace } from '@kaito/crds';
import type { InferencePlan, Plan, TemplatePlan } from '@kaito/planner';
import type { Provisioning } from '../provisioning/provisioning.ts';

/** What is the same for all workspaces of an installation. */
export interface RenderSettings {
  /** Where the images are, e.g. `mcr.microsoft.com/aks/kaito`. */
  readonly registry: string;
  /**
   * How the files of an adapter come out of its image. `pull` has a container bring them, which needs nothing of the image or the nodes;
   * `imageVolume` mounts it, which needs nodes that can (on by default from Kubernetes 1.35).
   */
  readonly adapterSource: 'pull' | 'imageVolume';
  /** User that servers in KAITO's base image run as; 0: as the image says, which is root. */
  readonly serverUser: number;
  /** Image with oras and a shell, which moves files from and to registries. */
  readonly orasImage: string;
  /** Image with curl and a shell, which downloads. */
  readonly curlImage: string;
  /** Image of the server for models on CPUs; absent: the name that it is built under. */
  readonly cpuServerImage?: string | undefined;
  /** StorageClass of local NVMe disks; absent: weights go to the disk of the operating system. */
  readonly nvmeStorageClass?: string | undefined;
  /** Mirror of Hugging Face from which servers download weights; absent: Hugging Face itself. */
  readonly weightsMirror?: string | undefined;
  /** Seconds after which a training is given up, attempts and waiting for nodes included. */
  readonly tuningDeadlineSeconds: number;
}

/** What the objects of a workspace are rendered from. */
export interface RenderInput<P extends Plan = InferencePlan | TemplatePlan> {
  readonly workspace: Workspace;
  readonly plan: P;
  /** Node labels that pods require beside the user's, as the provisioning says. */
  readonly podNodeLabels: Readonly<Record<string, string>>;
  readonly mode: Provisioning['mode'];
  /** Of the workspace, counted from 1. */
  readonly revision: number;
  /** Hash of the ConfigMap that the workspace names; absent when it names none. */
  readonly configHash?: string | undefined;
  readonly settings: RenderSettings;
}
