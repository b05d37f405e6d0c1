/** How claims are brought up: what their pools get beside what the claim says, how long things may take, what is remembered. */
export const launchOptions = {
  azureTags: {
    flag: '--azure-tags <list>',
    env: 'AZURE_TAGS',
    type: 'string',
    description: 'Tags for every agent pool, as name=value,name=value',
  },
  vnetSubnetId: {
    flag: '--vnet-subnet-id <id>',
    env: 'VNET_SUBNET_ID',
    type: 'string',
    description: "Resource id of the subnet for nodes; by default the cluster's own",
  },
  podSubnetId: {
    flag: '--pod-subnet-id <id>',
    env: 'POD_SUBNET_ID',
    type: 'string',
    description: 'Resource id of the subnet for pods',
  },
  quotaPreflight: {
    flag: '--quota-preflight',
    env: 'QUOTA_PREFLIGHT',
    type: 'boolean',
    default: true,
    description: 'Asks for no machine that the subscription has no cores for',
  },
  quotaRefresh: {
    flag: '--quota-refresh <duration>',
    env: 'QUOTA_REFRESH',
    type: 'duration',
    default: '1m',
    description:
      'How old the reading of quota may be when a machine is requested; also how often it is read while claims wait for cores',
  },
  capacityMemory: {
    flag: '--capacity-memory <duration>',
    env: 'CAPACITY_MEMORY',
    type: 'duration',
    default: '1h',
    description: 'How long an instance type is left alone in a place where Azure had none free',
  },
  quotaMemory: {
    flag: '--quota-memory <duration>',
    env: 'QUOTA_MEMORY',
    type: 'duration',
    default: '10m',
    description: 'How long it is left alone after a refusal for quota; one hour when the quota is 0',
  },
  skuMemory: {
    flag: '--sku-memory <duration>',
    env: 'SKU_MEMORY',
    type: 'duration',
    default: '23h',
    description: 'How long it is left alone when it is not sold to the subscription; spot at most one hour',
  },
  launchTimeout: {
    flag: '--launch-timeout <duration>',
    env: 'LAUNCH_TIMEOUT',
    type: 'duration',
    default: '30m',
    description: 'How long AKS may take to make an agent pool before it is given up and made anew',
  },
  registrationTimeout: {
    flag: '--registration-timeout <duration>',
    env: 'REGISTRATION_TIMEOUT',
    type: 'duration',
    default: '15m',
    description: 'How long a finished agent pool may be without its node before it is given up and made anew',
  },
  initializationTimeout: {
    flag: '--initialization-timeout <duration>',
    env: 'INITIALIZATION_TIMEOUT',
    type: 'duration',
    default: '20m',
    description: 'How long a node may be not Ready, tainted or without its GPUs before the claim is reported as failed',
  },
  deleteUnservable: {
    flag: '--delete-unservable <which>',
    env: 'DELETE_UNSERVABLE',
    type: ['owned', 'all', 'none'],
    default: 'owned',
    description:
      'Which NodeClaims are deleted when no machine can be had for them: those that an owner will replace, as upstream does; all; none',
  },
} as const;
