import { ComputeManagementClient } from '@azure/arm-compute';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { ArmAgentPools } from './agent-pools.ts';
import type { AgentPools } from './agent-pools.ts';
import { Calls } from './calls.ts';
import { createCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { resolveEndpoints } from './config.ts';
import type { AzureConfig } from './config.ts';
import { credentialFactory } from './credential.ts';
import { createSkus } from './skus.ts';
import type { Skus } from './skus.ts';
import { TokenSource } from './token-source.ts';
import { createUsages } from './usages.ts';
import type { Usages } from './usages.ts';
import { defaultTimeoutMs, WireClient } from './wire-client.ts';

/** Azure as one AKS cluster needs it. Every method throws AzureError, and nothing else. */
export interface Azure {
  readonly agentPools: AgentPools;
  readonly skus: Skus;
  readonly usages: Usages;
  readonly cluster: Cluster;
  /** Resolves when a token can be had; throws AzureError (auth, or transient) when not. Sends nothing while a token is at hand. */
  checkCredential(signal?: AbortSignal): Promise<void>;
}

/**
 * Opens the door to Azure. Sends nothing yet: that Entra is down now does not keep the process from starting.
 * @throws AzureConfigError when the configuration cannot work.
 */
export function createAzure(config: AzureConfig): Azure {
  const endpoints = resolveEndpoints(config);
  const now = config.now ?? Date.now;
  const calls = new Calls(now);
  const wire = new WireClient(calls, config);
  const transport = { authorityHost: endpoints.authorityHost, httpClient: wire, userAgent: config.userAgent };
  const tokens = new TokenSource({
    create: credentialFactory(config.credential, transport),
    calls,
    timeoutMs: config.timeoutMs ?? defaultTimeoutMs,
    now,
  });
  const options = {
    endpoint: endpoints.armEndpoint,
    credentials: { scopes: [endpoints.tokenScope] },
    httpClient: wire.forArm(new URL(endpoints.armEndpoint).origin, token => tokens.forget(token)),
    userAgentOptions: { userAgentPrefix: config.userAgent },
    // A retry in the SDK would hold a worker for as long as Retry-After says; the work queue does the waiting.
    retryOptions: { maxRetries: 0 },
  };
  const containers = new ContainerServiceClient(tokens, config.subscriptionId, options);
  const compute = new ComputeManagementClient(tokens, config.subscriptionId, options);
  return {
    agentPools: new ArmAgentPools({ calls, client: containers, httpClient: options.httpClient, scope: config }),
    skus: createSkus(calls, compute),
    usages: createUsages(calls, compute),
    cluster: createCluster(calls, containers, config),
    checkCredential: async signal => {
      await calls.run('checkCredential', signal, () => tokens.getToken(endpoints.tokenScope, { enableCae: true }));
    },
  };
}
