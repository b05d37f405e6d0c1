import { loadOptions } from '@kaito/kube';
import type { Options, OptionTable } from '@kaito/kube';
import type { EmulatorOptions } from './emulator.ts';

const TABLE = {
  host: {
    flag: '--host <address>',
    type: 'string',
    default: '127.0.0.1',
    description: 'loopback address to listen on',
  },
  port: {
    flag: '--port <number>',
    type: 'integer',
    default: 0,
    min: 0,
    max: 65535,
    description: 'port; 0: any free one',
  },
  dataDir: {
    flag: '--data-dir <folder>',
    type: 'string',
    description: 'where ca.crt is written; by default a temporary folder',
  },
  kubeconfig: {
    flag: '--kubeconfig <file>',
    type: 'string',
    description: 'cluster that the nodes join; without it only Azure is served',
  },
  tenantId: { flag: '--tenant-id <guid>', env: 'AZURE_TENANT_ID', type: 'string', description: 'Entra tenant' },
  clientId: {
    flag: '--client-id <guid>',
    env: 'AZURE_CLIENT_ID',
    type: 'string',
    description: 'application that may have tokens',
  },
  clientSecret: {
    flag: '--client-secret <secret>',
    env: 'AZURE_CLIENT_SECRET',
    type: 'string',
    secret: true,
    description: 'secret that the token endpoint takes; by default any',
  },
  subscriptionId: {
    flag: '--subscription-id <guid>',
    env: 'ARM_SUBSCRIPTION_ID',
    type: 'string',
    description: 'Azure subscription',
  },
  resourceGroup: {
    flag: '--resource-group <name>',
    env: 'ARM_RESOURCE_GROUP',
    type: 'string',
    description: 'resource group of the cluster',
  },
  clusterName: { flag: '--cluster-name <name>', env: 'AZURE_CLUSTER_NAME', type: 'string', description: 'AKS cluster' },
  location: { flag: '--location <region>', env: 'LOCATION', type: 'string', description: 'Azure region' },
  nodeRegister: {
    flag: '--node-register <duration>',
    type: 'duration',
    default: '300ms',
    description: 'from an accepted PUT until the Node appears',
  },
  operation: {
    flag: '--operation <duration>',
    type: 'duration',
    default: '1500ms',
    description: 'from an accepted PUT until its operation ends',
  },
  gpuAppear: {
    flag: '--gpu-appear <duration>',
    type: 'duration',
    default: '0ms',
    description: "from a Node's first Ready until it shows its GPUs; 0: born with them",
  },
  poolDelete: {
    flag: '--pool-delete <duration>',
    type: 'duration',
    default: '500ms',
    description: 'from an accepted DELETE until the pool is gone',
  },
  nodeRemove: {
    flag: '--node-remove <duration>',
    type: 'duration',
    default: '300ms',
    description: 'from an accepted DELETE until the Node is deleted',
  },
  power: {
    flag: '--power <duration>',
    type: 'duration',
    default: '1s',
    description: 'from an accepted stop or start of the cluster until it is done',
  },
  nodes: {
    flag: '--nodes <mode>',
    type: ['join', 'never'],
    default: 'join',
    description: 'whether Nodes ever register',
  },
  poolCap: {
    flag: '--pool-cap <number>',
    type: 'integer',
    default: 100,
    min: 1,
    description: 'agent pools that a cluster may have',
  },
  pageSize: {
    flag: '--page-size <number>',
    type: 'integer',
    default: 250,
    min: 1,
    max: 1000,
    description: 'pools in a page of LIST',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'LOG_LEVEL',
    type: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    description: 'what is logged to standard error',
  },
} as const satisfies OptionTable;

type Flags = Options<typeof TABLE>;

export interface Config {
  readonly logLevel: Flags['logLevel'];
  readonly emulator: EmulatorOptions;
}

/** Reads flags and environment. @throws when one of them is not valid; the error names all that are not. */
export function loadConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const flags = loadOptions(TABLE, {
    argv,
    env,
    name: 'azure-emulator',
    description:
      'A stand-in for the part of Azure that AKS node provisioning uses: ARM for agent pools, Entra tokens, and the nodes that AKS would add. ' +
      'It prints one line of JSON when it is ready, {"url", "caFile", …}; use the url as ARM endpoint and as Entra authority, and trust the file. ' +
      'Faults, settings and request counters are under <url>/_emulator/.',
    examples: [
      'azure-emulator --kubeconfig ~/.kube/config --data-dir /tmp/azure',
      'azure-emulator --port 8443 --operation 3m --node-register 90s --gpu-appear 30s',
      'curl --cacert /tmp/azure/ca.crt https://127.0.0.1:8443/_emulator/state',
    ],
  });
  return { logLevel: flags.logLevel, emulator: emulatorOptions(flags) };
}

function emulatorOptions(flags: Flags): EmulatorOptions {
  const { nodes, poolCap, pageSize, nodeRegister, operation, gpuAppear, poolDelete, nodeRemove, power, ...rest } =
    flags;
  const { logLevel: _logLevel, ...options } = rest;
  return {
    ...options,
    settings: {
      nodes,
      poolCap,
      pageSize,
      timings: {
        nodeRegisterMs: nodeRegister,
        operationMs: operation,
        gpuAppearMs: gpuAppear,
        deleteMs: poolDelete,
        nodeRemoveMs: nodeRemove,
        powerMs: power,
      },
    },
  };
}
