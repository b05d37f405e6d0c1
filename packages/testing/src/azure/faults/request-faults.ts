import { alike, answer, operation } from './azure-fault.ts';
import type { AzureFaultCase } from './azure-fault.ts';

const spec = { kind: 'spec', reason: 'InvalidSpec', mover: 'you', retryInMs: 'never' } as const;
const missing = { kind: 'notFound', reason: 'ClusterNotFound', mover: 'administrator', retryInMs: 60_000 } as const;
const node = { kind: 'node', reason: 'NodeProvisioningFailed', mover: 'administrator', retryInMs: 10_000 } as const;
const cse = (words: string): string => `VM has reported a failure when processing extension 'vmssCSE'. ${words}`;

/** What is wrong with the request, with what it is sent to, or with the machine that came of it. */
export const requestFaults: readonly AzureFaultCase[] = [
  ...alike(
    { ...spec, step: /correct the claim/ },
    answer(400, 'InvalidParameter', 'The value of parameter agentPoolProfile.osDiskSizeGB is invalid.'),
    answer(400, 'BadRequest', 'Taint is malformed.'),
    answer(400, 'UnsupportedGPUDedicatedVHDVMSize', 'The VM size has no dedicated GPU image.'),
    answer(400, 'InvalidOSSKU', 'The OS SKU is not supported.'),
    answer(400, 'UnsupportedGen2VMSize', 'The VM size does not support generation 2.'),
    answer(400, 'VMSizeDoesNotSupportMIG', 'The VM size does not support MIG.'),
    answer(400, 'EmptyGPUInstanceProfile', 'The GPU instance profile is empty.'),
    answer(400, 'MustDefineAtLeastOneSystemPool', 'There has to be at least one system pool.'),
    answer(
      400,
      'EvictionPolicyCanBeSetOnlyOnAzureSpotVirtualMachines',
      'Eviction policy can be set only on Azure Spot.',
    ),
  ),
  ...alike(
    { ...spec, step: /remove the label/ },
    answer(400, 'NodeLabelKeyNotAllowed', 'The label key prefix kubernetes.azure.com is reserved.'),
  ),
  ...alike(
    { ...spec, step: /delete it, or give the claim another name/ },
    answer(400, 'PropertyChangeNotAllowed', 'Changing property "properties.vmSize" is not allowed.'),
  ),
  ...alike(
    { ...spec, step: /less storage/ },
    answer(400, 'VMSizeDoesNotSupportEphemeralOS', 'The VM size does not support ephemeral OS disks.'),
    answer(400, 'VMCacheSizeTooSmall', 'The OS disk does not fit the cache of the VM size.'),
    answer(400, 'VMTemporaryDiskTooSmall', 'The OS disk does not fit the temporary disk of the VM size.'),
    answer(400, 'VMCannotFitEphemeralOSDisk', 'The OS disk does not fit.'),
  ),
  ...alike(
    { ...spec, step: /above zero, or -1/ },
    answer(
      400,
      'MaxPriceValueInvalid',
      'Invalid max price value. The only supported values are -1 or greater than zero.',
    ),
  ),
  ...alike(
    { ...spec, mover: 'administrator', step: /check the subnet/ },
    answer(400, 'SubnetIsDelegated', 'The subnet is delegated.'),
    answer(400, 'SubnetNotFound', 'The subnet does not exist.'),
    answer(400, 'LinkedInvalidPropertyId', "Property id 'nodes' at path 'properties.vnetSubnetID' is invalid."),
    operation('InvalidResourceReference', 'Resource /subscriptions/s/…/subnets/nodes referenced by x was not found.'),
  ),

  ...alike(
    { ...missing, step: /check the configured/ },
    answer(
      404,
      'NotFound',
      'Could not find the agentpool: ws1 in subscription: s, resourceGroup: rg, resourceName: aks',
      {
        details: [{ code: 'Unspecified', message: 'rpc error: code = NotFound' }],
      },
    ),
    answer(404, 'NotFound', 'Agent Pool not found'),
    answer(
      404,
      'ResourceNotFound',
      "The Resource 'Microsoft.ContainerService/managedClusters/aks' under resource group 'rg' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    ),
    answer(404, '', '', { code: 'HTTP404', message: 'status 404 without a message' }),
  ),
  ...alike(
    { ...missing, step: /ARM_RESOURCE_GROUP/ },
    answer(404, 'ResourceGroupNotFound', "Resource group 'rg' could not be found."),
  ),
  ...alike(
    { ...missing, step: /sees no such subscription/ },
    answer(404, 'SubscriptionNotFound', "The subscription 's' could not be found."),
  ),

  ...alike(
    { ...node, mover: 'unknown', step: /what kept the machine/ },
    operation('ReconcileVMSSAgentPoolFailed', 'We are unable to serve this request due to an internal error.'),
    operation('', 'Reconcile failed: VMExtensionProvisioningError'),
  ),
  ...alike(
    { ...node, step: /no way out to mcr.microsoft.com/ },
    operation('VMExtensionProvisioningError', cse('exit status=50, output: curl: (28) Connection timed out')),
    operation('VMExtensionError_OutboundConnFail', 'Unable to establish outbound connection from agents.'),
    operation('OutboundConnFailVMExtensionError', 'Unable to establish outbound connection from agents.'),
  ),
  ...alike(
    { ...node, step: /cannot reach the API server/ },
    operation('VMExtensionProvisioningError', "CSE failed with 'VMExtensionError_K8SAPIServerConnFail'. ExitCode: 51"),
  ),
  ...alike(
    { ...node, step: /cannot resolve the name of the API server/ },
    operation('VMExtensionProvisioningError', cse('Enable failed: command terminated with exit status=52')),
  ),
  ...alike({ ...node, step: /168\.63\.129\.16/ }, operation('VMExtensionProvisioningError', cse('exit status=53'))),
  ...alike(
    { ...node, mover: 'azure', step: /GPU driver did not start/ },
    operation('Unspecified', 'vmss CSE failed: exit status 84, the GPU driver could not be started.'),
  ),
  ...alike(
    { ...node, mover: 'azure', step: /could not be installed in time/ },
    operation('VMExtensionProvisioningError', cse('exit status=85')),
  ),
];
