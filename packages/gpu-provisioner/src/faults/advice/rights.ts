import type { FaultAdvice } from './fault-advice.ts';

const ENTRA = 'Microsoft Entra docs, "Authentication and authorization error codes"';
const FEDERATION = 'Microsoft Entra docs, "Workload identity federation", important considerations';
const ARM = 'Azure Resource Manager docs, "Troubleshoot common Azure deployment errors"';

/** Who may not do what: identities, roles, policies, locks, subscriptions. */
export const rightsAdvice: readonly FaultAdvice[] = [
  {
    codes: ['AADSTS700213'],
    pattern: /assertion subject '(?<subject>[^']+)'/,
    nextStep:
      'no federated credential of the identity names this service account: az identity federated-credential create --subject {subject} --audiences api://AzureADTokenExchange, with the --issuer of the cluster; the case of letters counts',
    source: FEDERATION,
  },
  {
    codes: ['AADSTS700211'],
    pattern: /assertion issuer '(?<issuer>[^']+)'/,
    nextStep:
      'the federated credential names another issuer than the cluster has: set its issuer to {issuer}, slash at the end included (az aks show --query oidcIssuerProfile.issuerUrl)',
    source: FEDERATION,
  },
  {
    codes: ['AADSTS700212'],
    nextStep: 'set the audience of the federated credential to api://AzureADTokenExchange',
    source: FEDERATION,
  },
  {
    codes: ['AADSTS70021', 'AADSTS700211', 'AADSTS700213'],
    nextStep:
      'create a federated credential on the identity that has the issuer of the cluster, the service account as subject and the audience api://AzureADTokenExchange; a new one takes a minute to be seen',
    source: FEDERATION,
  },
  {
    codes: ['AADSTS700024'],
    nextStep:
      'the service account token is expired or not valid yet: check that the file of AZURE_FEDERATED_TOKEN_FILE is renewed by the kubelet and that the clock of the node is right',
    source: ENTRA,
  },
  {
    codes: ['AADSTS700016', 'AADSTS7000229'],
    nextStep: 'check AZURE_CLIENT_ID and AZURE_TENANT_ID: the tenant does not know this identity',
    source: ENTRA,
  },
  {
    codes: ['AADSTS7000215'],
    nextStep: 'AZURE_CLIENT_SECRET is wrong: it has to be the value of the secret, not its id',
    source: ENTRA,
  },
  {
    codes: ['AADSTS7000222'],
    nextStep: 'the client secret has expired: make a new one (az ad app credential reset) and set AZURE_CLIENT_SECRET',
    source: ENTRA,
  },
  {
    codes: ['AADSTS90002', 'AADSTS900023'],
    nextStep: 'check AZURE_TENANT_ID, and AZURE_CLOUD: this cloud has no such tenant',
    source: ENTRA,
  },
  {
    codes: ['AADSTS53003'],
    nextStep: 'a conditional access policy for workload identities keeps the identity out',
    source: ENTRA,
  },
  {
    codes: ['CredentialUnavailable'],
    nextStep:
      'the identity cannot be used here: check AZURE_FEDERATED_TOKEN_FILE and the label azure.workload.identity/use on the pod, or with DEPLOYMENT_MODE=managed that the nodes have the identity',
    source: 'Azure Identity client library, CredentialUnavailableError',
  },
  {
    codes: ['AuthorizationFailed'],
    pattern: /client '(?<client>[^']+)'.*perform action '(?<action>[^']+)' over scope '(?<scope>[^']+)'/s,
    nextStep:
      'give the identity a role with {action}: az role assignment create --assignee {client} --role "Kaito GPU provisioner" --scope {scope}; a new assignment takes some minutes to be seen',
    source: 'Azure RBAC docs, "Troubleshoot Azure RBAC"; the role is in the chart folder azure',
  },
  {
    codes: ['LinkedAuthorizationFailed'],
    pattern:
      /permission to perform action(?:\(s\))? '(?<action>[^']+)' on the linked scope(?:\(s\))? '(?<scope>[^']+)'/s,
    nextStep:
      'give the identity a role with {action} there: az role assignment create --role "Kaito GPU provisioner (subnet)" --scope {scope}',
    source: 'Azure RBAC docs, "Troubleshoot Azure RBAC"; seen when an agent pool names a subnet',
  },
  {
    codes: ['InvalidAuthenticationTokenTenant'],
    nextStep: 'AZURE_TENANT_ID is not the tenant of the subscription',
    source: ARM,
  },
  {
    codes: ['ExpiredAuthenticationToken'],
    nextStep: 'a new token is asked for; when it stays, check the clock of the node',
    source: ARM,
  },
  {
    codes: ['HTTP401', 'HTTP403'],
    nextStep: 'this answer is not from Azure: check HTTPS_PROXY, NO_PROXY and firewalls on the way',
    source: 'the answer has no error of Azure in it',
  },
  {
    codes: ['RequestDisallowedByPolicy'],
    pattern: /"?policyAssignment"?:\s*\{\s*"name":\s*"(?<assignment>[^"]+)"/,
    nextStep: 'the policy assignment "{assignment}" forbids it: have it changed, or the node resource group exempted',
    source: 'Azure Policy docs, RequestDisallowedByPolicy',
  },
  {
    codes: ['RequestDisallowedByPolicy'],
    nextStep: 'an assignment of Azure Policy forbids it: have it changed, or the node resource group exempted',
    source: 'Azure Policy docs, RequestDisallowedByPolicy',
  },
  {
    codes: ['RequestDisallowedByAzure'],
    nextStep: 'the subscription may not use this region: choose a region that its policy allows',
    source: ARM,
  },
  {
    codes: ['ScopeLocked', 'ResourceLocked'],
    pattern: /scope\(s\) are locked: '(?<scope>[^']+)'/,
    nextStep: 'remove the lock on {scope} (az lock list, az lock delete)',
    source: 'Azure Resource Manager docs, "Lock your resources"',
  },
  {
    codes: ['ScopeLocked', 'ResourceLocked'],
    nextStep: 'remove the lock on the cluster or its resource groups (az lock list, az lock delete)',
    source: 'Azure Resource Manager docs, "Lock your resources"',
  },
  {
    codes: ['ReadOnlyDisabledSubscription'],
    nextStep: 'the subscription is disabled: its owner has to reactivate it',
    source: 'Azure billing docs, "Reactivate a disabled Azure subscription"',
  },
  {
    codes: ['SubscriptionNotRegistered', 'MissingSubscriptionRegistration'],
    pattern: /(?:namespace |registered for )'?(?<namespace>Microsoft\.\w+)/,
    nextStep: 'register the resource provider: az provider register --namespace {namespace}',
    source: 'Azure Resource Manager docs, "Resolve errors for resource provider registration"',
  },
  {
    codes: ['SubscriptionNotRegistered', 'MissingSubscriptionRegistration'],
    nextStep: 'register the resource providers Microsoft.ContainerService and Microsoft.Compute (az provider register)',
    source: 'Azure Resource Manager docs, "Resolve errors for resource provider registration"',
  },
];
