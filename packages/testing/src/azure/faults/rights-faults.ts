import { alike, answer, token } from './azure-fault.ts';
import type { AzureFaultCase } from './azure-fault.ts';

const auth = { kind: 'auth', reason: 'Unauthorized', mover: 'administrator', retryInMs: 60_000 } as const;
const policy = { kind: 'policy', reason: 'ForbiddenByPolicy', mover: 'administrator', retryInMs: 300_000 } as const;
const scope = '/subscriptions/s/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/aks';

/** Entra ends its words with ids that only its support reads. */
const entra = (code: string, words: string): readonly [string, string, { readonly message: string }] => {
  const message = `${code}: ${words}`;
  return [code, `${message}\r\nTrace ID: t Correlation ID: c Timestamp: 2026-11-22 10:00:00Z`, { message }];
};

/** Who may not do what: identities, roles, policies, locks, subscriptions. */
export const rightsFaults: readonly AzureFaultCase[] = [
  ...alike(
    { ...auth, step: /create a federated credential/ },
    token(400, ...entra('AADSTS70021', 'No matching federated identity record found for presented assertion.')),
  ),
  ...alike(
    { ...auth, step: /set its issuer to https:\/\/oidc\.example\/x\// },
    token(
      401,
      ...entra(
        'AADSTS700211',
        "No matching federated identity record found for presented assertion issuer 'https://oidc.example/x/'.",
      ),
    ),
  ),
  ...alike(
    { ...auth, step: /--subject system:serviceaccount:gpu-provisioner:gpu-provisioner / },
    token(
      401,
      ...entra(
        'AADSTS700213',
        "No matching federated identity record found for presented assertion subject 'system:serviceaccount:gpu-provisioner:gpu-provisioner'.",
      ),
    ),
  ),
  ...alike(
    { ...auth, step: /audience of the federated credential/ },
    token(
      401,
      ...entra('AADSTS700212', 'No matching federated identity record found for presented assertion audience.'),
    ),
  ),
  ...alike(
    { ...auth, step: /expired or not valid yet/ },
    token(401, ...entra('AADSTS700024', 'Client assertion is not within its valid time range.')),
  ),
  ...alike(
    { ...auth, step: /AZURE_CLIENT_ID and AZURE_TENANT_ID/ },
    token(400, ...entra('AADSTS700016', "Application with identifier 'x' was not found in the directory 'y'.")),
  ),
  ...alike(
    { ...auth, step: /the value of the secret, not its id/ },
    token(401, ...entra('AADSTS7000215', 'Invalid client secret provided.')),
  ),
  ...alike(
    { ...auth, step: /the client secret has expired/ },
    token(401, ...entra('AADSTS7000222', 'The provided client secret keys for app are expired.')),
  ),
  ...alike(
    { ...auth, step: /check AZURE_TENANT_ID, and AZURE_CLOUD/ },
    token(400, ...entra('AADSTS90002', "Tenant 'x' not found.")),
  ),
  ...alike(
    { ...auth, step: /conditional access/ },
    token(400, ...entra('AADSTS53003', 'Access has been blocked by Conditional Access policies.')),
  ),
  ...alike(
    { ...auth, step: /an administrator has to check/ },
    token(400, ...entra('AADSTS50000', 'There was an error issuing a token.')),
  ),

  ...alike(
    {
      ...auth,
      step: /Microsoft\.ContainerService\/managedClusters\/agentPools\/write: az role assignment create --assignee app .* --scope \/subscriptions\/s\/resourcegroups\/rg/,
    },
    answer(
      403,
      'AuthorizationFailed',
      `The client 'app' with object id 'object' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/agentPools/write' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  ),
  ...alike(
    { ...auth, step: /an administrator has to check/ },
    answer(403, 'AuthorizationFailed', 'No.'),
    answer(401, '', '', { code: 'HTTP401', message: 'status 401 without a message', step: /not from Azure/ }),
    answer(403, '', '', { code: 'HTTP403', message: 'status 403 without a message', step: /HTTPS_PROXY/ }),
    answer(401, 'AuthenticationFailed', 'Authentication failed.'),
    answer(401, 'InvalidAuthenticationToken', 'The access token is invalid.'),
  ),
  ...alike(
    { ...auth, step: /subnets\/join\/action there.*--scope \/subscriptions\/s\/subnet/ },
    answer(
      403,
      'LinkedAuthorizationFailed',
      "The client 'app' has permission to perform action 'Microsoft.ContainerService/managedClusters/agentPools/write' on scope '/subscriptions/s'; however, it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '/subscriptions/s/subnet' (respectively) or the linked scope(s) are invalid.",
    ),
  ),
  ...alike(
    { ...auth, step: /the clock of the node/ },
    answer(401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time.', {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    }),
  ),
  ...alike(
    { ...auth, step: /not the tenant of the subscription/ },
    answer(
      401,
      'InvalidAuthenticationTokenTenant',
      "The access token is from the wrong issuer 'https://sts.windows.net/x/'.",
    ),
  ),

  ...alike(
    { ...policy, step: /the policy assignment "Allowed VM sizes"/ },
    answer(
      403,
      'RequestDisallowedByPolicy',
      `Resource 'ws1' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Allowed VM sizes","id":"/x"}}]'.`,
    ),
  ),
  ...alike(
    { ...policy, step: /an assignment of Azure Policy/ },
    answer(403, 'RequestDisallowedByPolicy', "Resource 'ws1' was disallowed by policy."),
  ),
  ...alike(
    { ...policy, step: /a region that its policy allows/ },
    answer(403, 'RequestDisallowedByAzure', 'This policy maintains a set of best available regions.'),
  ),
  ...alike(
    { ...policy, step: /remove the lock on \/subscriptions\/s\/resourceGroups\/rg / },
    answer(
      409,
      'ScopeLocked',
      "The scope '/subscriptions/s/x' cannot perform delete operation because following scope(s) are locked: '/subscriptions/s/resourceGroups/rg'. Please remove the lock and try again.",
    ),
  ),
  ...alike(
    { ...policy, step: /remove the lock on the cluster/ },
    answer(409, 'ResourceLocked', 'The resource is locked.'),
  ),
  ...alike(
    { ...policy, step: /reactivate/ },
    answer(
      409,
      'ReadOnlyDisabledSubscription',
      "The subscription 's' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.",
    ),
  ),
  ...alike(
    { ...policy, step: /az provider register --namespace Microsoft.ContainerService/ },
    answer(
      409,
      'MissingSubscriptionRegistration',
      "The subscription is not registered to use namespace 'Microsoft.ContainerService'. See https://aka.ms/rps-not-found",
    ),
    answer(409, 'SubscriptionNotRegistered', 'The subscription is not registered for Microsoft.ContainerService.'),
  ),
  ...alike(
    { ...policy, step: /register the resource providers/ },
    answer(409, 'SubscriptionNotRegistered', 'The subscription is not registered.'),
  ),
];
