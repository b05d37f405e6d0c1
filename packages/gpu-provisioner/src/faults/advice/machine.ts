import type { FaultAdvice } from './fault-advice.ts';

const AGENT_BAKER = 'Azure/AgentBaker, exit codes of the custom script extension (cse_helpers.sh)';

/** Fits "exit status 50", "exit status=50", "exit code 50" and "ExitCode: 50", and AKS's own name for that exit. */
function exit(code: number, name: string): RegExp {
  return new RegExp(`\\bexit ?(?:code|status)\\s*[=:]?\\s*${code}\\b|${name}`, 'i');
}

/** Why a machine did not become a node, and why Azure could not be reached. */
export const machineAdvice: readonly FaultAdvice[] = [
  {
    kind: 'node',
    pattern: exit(50, 'OutboundConnFail'),
    mover: 'administrator',
    nextStep:
      'the machine has no way out to mcr.microsoft.com: check the firewall, routes and network rules of its subnet',
    source: AGENT_BAKER,
  },
  {
    kind: 'node',
    pattern: exit(51, 'K8SAPIServerConnFail'),
    mover: 'administrator',
    nextStep:
      'the machine cannot reach the API server: check firewall, routes and network rules of its subnet, and the authorized IP ranges of the cluster',
    source: AGENT_BAKER,
  },
  {
    kind: 'node',
    pattern: exit(52, 'K8SAPIServerDNSLookupFail'),
    mover: 'administrator',
    nextStep:
      'the machine cannot resolve the name of the API server: check the DNS servers of the virtual network and the link of the private DNS zone',
    source: AGENT_BAKER,
  },
  {
    kind: 'node',
    pattern: exit(53, 'AzureDNSLookupFail'),
    mover: 'administrator',
    nextStep: 'the machine cannot reach Azure DNS (168.63.129.16): check the network rules of its subnet',
    source: AGENT_BAKER,
  },
  {
    kind: 'node',
    pattern: exit(84, 'GPUDriversStartFail'),
    mover: 'azure',
    nextStep:
      'the GPU driver did not start: a new machine may have a sound GPU; when it stays, try the other image family',
    source: AGENT_BAKER,
  },
  {
    kind: 'node',
    pattern: exit(85, 'GPUDriversInstallTimeout'),
    mover: 'azure',
    nextStep: 'the GPU driver could not be installed in time: a new machine is tried; when it stays, check its way out',
    source: AGENT_BAKER,
  },

  {
    kind: 'transient',
    codes: ['MalformedResponse'],
    mover: 'administrator',
    nextStep: 'what answered does not speak as Azure does: check HTTPS_PROXY and NO_PROXY if it stays',
    source: 'the body of the answer',
  },
  {
    kind: 'transient',
    pattern: /^(?:CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|ERR_TLS)/,
    mover: 'administrator',
    nextStep:
      'the certificate is not trusted: name the certificate authority of your proxy or private cloud in AZURE_CA_FILE',
    source: 'Node.js docs, "X509 certificate error codes"',
  },
  {
    kind: 'transient',
    pattern: /^(?:ENOTFOUND|EAI_)/,
    mover: 'administrator',
    nextStep: 'the name cannot be resolved: check DNS, ARM_ENDPOINT and AZURE_AUTHORITY_HOST if it stays',
    source: 'Node.js docs, "Common system errors"',
  },
  {
    kind: 'transient',
    pattern: /^(?:ECONNREFUSED|EHOST|ENET|ETIMEDOUT|Timeout )/,
    nextStep: 'Azure cannot be reached: check the firewall and HTTPS_PROXY if it stays',
    source: 'Node.js docs, "Common system errors"',
  },
];
