import { loadOptions, processOptions, type LoadOptions, type Options, type OptionTable } from '@kaito/kube';
import { clouds } from '@kaito/planner';
import { modelOptions } from './models/model-options.ts';
import { provisioningOptions } from './provisioning/options.ts';
import { nobody } from './render/security.ts';
import { transferImages } from './render/transfer/transfer-images.ts';
import { webhookOptions } from './webhook-settings.ts';

/** The settings of the workspace controller: each a flag, an environment variable and a key of the configuration file. */
export const optionTable = {
  kubeconfig: {
    flag: '--kubeconfig <path>',
    env: 'KUBECONFIG',
    type: 'string',
    description: 'Kubeconfig file; the service account of the pod when there is none',
  },
  ...provisioningOptions,
  cloudProvider: {
    flag: '--cloud-provider <name>',
    env: 'CLOUD_PROVIDER',
    type: clouds,
    default: 'azure',
    description: 'Cloud whose instance types workspaces name',
  },
  presetRegistry: {
    flag: '--preset-registry-name <registry>',
    env: 'PRESET_REGISTRY_NAME',
    type: 'string',
    default: 'mcr.microsoft.com/aks/kaito',
    description: 'Registry and path of the preset images',
  },
  cpuServerImage: {
    flag: '--cpu-server-image <image>',
    env: 'CPU_SERVER_IMAGE',
    type: 'string',
    description:
      'Image of the server for models that run on CPUs, kaito/stand-in-model when empty. It is not published anywhere: build it (tools/stand-in-model), push it to a registry of yours and name that here',
  },
  adapterSource: {
    flag: '--adapter-source <way>',
    env: 'ADAPTER_SOURCE',
    type: ['pull', 'imageVolume', 'initContainer'],
    default: 'pull',
    description:
      'How the files of an adapter come out of its image: a container beside the server pulls them, and vLLM loads and unloads them while it runs (pull), or nodes mount it (imageVolume, Kubernetes 1.35 and later), by new pods; initContainer, of earlier versions, is pull',
  },
  transferImage: {
    flag: '--transfer-image <image>',
    env: 'TRANSFER_IMAGE',
    type: 'string',
    default: transferImages.oras,
    description:
      'Image with oras and a shell, which brings data, weights and adapters from registries and takes results there',
  },
  downloadImage: {
    flag: '--download-image <image>',
    env: 'DOWNLOAD_IMAGE',
    type: 'string',
    default: transferImages.curl,
    description: 'Image with curl and a shell, which downloads data for fine-tuning by URLs',
  },
  serverUser: {
    flag: '--server-user <uid>',
    env: 'SERVER_USER',
    type: 'integer',
    default: nobody,
    min: 0,
    description:
      "User that servers in KAITO's base image run as, nobody by default, so that namespaces may enforce restricted pod security; 0: as the image says, which is root",
  },
  tuningDeadline: {
    flag: '--tuning-deadline <duration>',
    env: 'TUNING_DEADLINE',
    type: 'duration',
    default: '72h',
    description:
      'How long a training may take, all its attempts together, before it is given up and its nodes are released',
  },
  nvmeStorageClass: {
    flag: '--nvme-storage-class <name>',
    env: 'NVME_STORAGE_CLASS',
    type: 'string',
    description:
      'StorageClass of local NVMe disks, for the weights; the disk of the operating system when there is none',
  },
  ...modelOptions,
  mig: {
    flag: '--mig',
    env: 'KAITO_MIG',
    type: 'boolean',
    default: true,
    description: 'Let workspaces take slices of GPUs (resource.partition, mode mig) on nodes that users bring',
  },
  accelerator: {
    flag: '--accelerator',
    env: 'KAITO_ACCELERATOR',
    type: 'boolean',
    default: true,
    description: 'Let workspaces take some of the GPUs (mode accelerator) of nodes that users bring',
  },
  ...processOptions,
  ...webhookOptions,
  leaderElectionNamespace: {
    flag: '--leader-election-namespace <namespace>',
    env: 'LEADER_ELECTION_NAMESPACE',
    type: 'string',
    default: 'kaito-system',
    description: 'Namespace of the lease',
  },
  gracePeriod: {
    flag: '--grace-period <duration>',
    env: 'GRACE_PERIOD',
    type: 'duration',
    default: '20s',
    description: 'How long a stop may take before work is cut off',
  },
  logFormat: {
    flag: '--log-format <format>',
    env: 'LOG_FORMAT',
    type: ['json', 'pretty'],
    default: 'json',
    description: 'One JSON object a line, or text for a terminal',
  },
} as const satisfies OptionTable;

/** The settings of the workspace controller. */
export type WorkspaceOptions = Options<typeof optionTable>;

/**
 * Reads the settings from flags, environment and configuration file.
 * @throws with every wrong value at once, by flag and variable
 */
export function loadConfig({ argv, env }: Pick<LoadOptions, 'argv' | 'env'>): WorkspaceOptions {
  return loadOptions(optionTable, {
    argv,
    env,
    name: 'workspace',
    description:
      'Serves models on GPU nodes: one Workspace object in, claims for nodes and a ready inference service out.',
    examples: [
      'workspace --kubeconfig ~/.kube/config --leader-elect=false --log-format pretty',
      'PRESET_REGISTRY_NAME=myregistry.azurecr.io/kaito workspace --node-provisioner nodeclaim',
    ],
  });
}
