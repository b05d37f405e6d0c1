import { alike, answer, local, operation, token } from './azure-fault.ts';
import type { AzureFaultCase } from './azure-fault.ts';

const busy = { kind: 'busy', reason: 'OperationInProgress', mover: 'azure', retryInMs: 5_000 } as const;
const throttled = { kind: 'throttled', reason: 'Throttled', mover: 'azure', retryInMs: 30_000 } as const;
const transient = { kind: 'transient', reason: 'AzureUnavailable', mover: 'azure', retryInMs: 1_000 } as const;
const exists = { kind: 'exists', reason: 'PoolNotOwned', mover: 'you', retryInMs: 120_000 } as const;
const unknown = { kind: 'unknown', reason: 'LaunchFailed', mover: 'unknown', retryInMs: 30_000 } as const;

const putLimit =
  'The PutManagedClusterHandler.PUT request limit has been exceeded for SubID=s, please retry again in 23 seconds.';

/** The services themselves: other operations, load, outages, the way to them, and what nobody has seen before. */
export const serviceFaults: readonly AzureFaultCase[] = [
  ...alike(
    { ...busy, step: /another operation on the cluster has to end/ },
    answer(
      409,
      'OperationNotAllowed',
      'Operation is not allowed: Another agentpool operation (ws2 - Creating) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details',
    ),
    answer(
      409,
      'OperationNotAllowed',
      'Operation is not allowed: Another operation (Updating) is in progress, please wait.',
    ),
    answer(
      409,
      'OperationNotAllowed',
      'Managed Cluster operation is not allowed: Another operation is running on agent pool ws2.',
    ),
    answer(
      409,
      'OperationNotAllowed',
      "Operation is not allowed because there's an in progress create node pool operation on the same managed cluster.",
    ),
    operation('AKSOperationPreempted', 'The operation was overridden and canceled by another one.'),
    operation('AKSOperationPreemptedByDelete', 'The operation was canceled by a delete.'),
    operation('OperationPreempted', 'The operation has been preempted by a more recent request.'),
    answer(409, 'Conflict', 'The request could not be completed due to a conflict.'),
  ),
  ...alike(
    { ...busy, step: /the cluster is just starting/ },
    answer(409, 'OriginalEtagNotExpect', 'The original etag is not as expected.'),
    answer(412, 'OriginalEtagNotExpect', 'The original etag is not as expected.'),
  ),
  ...alike(
    { ...exists, step: /delete that agent pool/ },
    answer(412, 'PreconditionFailed', 'The condition specified using If-None-Match is not met.'),
    answer(412, '', '', { code: 'HTTP412', message: 'status 412 without a message' }),
    operation('PreconditionFailed', 'The condition specified using If-None-Match is not met.'),
  ),

  ...alike(
    { ...throttled, step: /limits the rate/ },
    answer(429, 'TooManyRequests', 'The request is being throttled.'),
    answer(429, 'OperationNotAllowed', 'The server rejected the request because too many requests have been received.'),
    operation('', 'PutManagedClusterHandler.PUT request limit has been exceeded for SubID=s'),
  ),
  ...alike(
    { ...throttled, step: /limits the rate/, retryAfterMs: 90_000, retryInMs: 90_000 },
    answer(429, 'TooManyRequests', 'The request is being throttled.', { headers: { 'retry-after': '90' } }),
    answer(429, 'Throttled', putLimit, { headers: { 'retry-after': '90' } }),
    answer(429, 'TooManyRequests', 'Slow down.', { headers: { 'retry-after': 'Sun, 22 Nov 2026 10:01:30 GMT' } }),
    answer(429, 'TooManyRequests', 'Slow down.', { headers: { 'x-ms-retry-after-ms': '90000', 'retry-after': '1' } }),
    answer(429, 'TooManyRequests', 'Slow down.', { headers: { 'retry-after-ms': '90000', 'retry-after': '1' } }),
  ),
  ...alike(
    { ...throttled, step: /limits the rate/, retryAfterMs: 3_600_000, retryInMs: 3_600_000 },
    answer(429, 'SubscriptionRequestsThrottled', 'Number of requests exceeded.', {
      headers: { 'retry-after': '3600' },
    }),
  ),
  ...alike(
    { ...throttled, step: /limits the rate/, retryAfterMs: 23_000, retryInMs: 23_000 },
    answer(429, 'Throttled', putLimit),
    operation('Throttled', putLimit),
    answer(
      429,
      'SubscriptionRequestsThrottled',
      "Number of 'write' requests for subscription 's' actor 'a' exceeded. Please try again after '23' seconds after additional tokens are available.",
    ),
  ),

  ...alike(
    { ...transient, step: /Azure or the way to it failed/ },
    answer(500, 'InternalServerError', 'Internal server error.'),
    answer(500, 'InternalOperationError', 'Internal server error.'),
    operation('InternalOperationError', 'Internal server error.'),
    answer(503, 'ServiceUnavailable', 'The service is unavailable.'),
    answer(408, '', '', { code: 'HTTP408', message: 'status 408 without a message' }),
    answer(502, '', '', { code: 'HTTP502', message: 'status 502 without a message' }),
    token(400, 'AADSTS90033', 'AADSTS90033: A transient error has occurred. Please try again.'),
    token(400, 'AADSTS90012', 'AADSTS90012: The request has timed out.'),
    local('ECONNRESET', 'socket hang up'),
  ),
  ...alike(
    { ...transient, step: /Azure or the way to it failed/, retryAfterMs: 120_000, retryInMs: 120_000 },
    answer(503, 'ServiceUnavailable', 'The service is unavailable.', { headers: { 'retry-after': '120' } }),
  ),
  ...alike(
    { ...transient, step: /check the firewall and HTTPS_PROXY/ },
    local('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:443'),
    local('Timeout', 'no answer within 30000 ms'),
  ),
  ...alike(
    { ...transient, mover: 'administrator', step: /check DNS/ },
    local('ENOTFOUND', 'getaddrinfo ENOTFOUND management.azure.com'),
  ),
  ...alike(
    { ...transient, mover: 'administrator', step: /AZURE_CA_FILE/ },
    local('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
  ),
  ...alike(
    { ...transient, mover: 'administrator', step: /does not speak as Azure does/ },
    local('MalformedResponse', 'the answer (status 200, text/html) is not of the form that the API promises'),
  ),
  ...alike(
    {
      kind: 'auth',
      reason: 'Unauthorized',
      mover: 'administrator',
      retryInMs: 60_000,
      step: /AZURE_FEDERATED_TOKEN_FILE/,
    },
    local('CredentialUnavailable', 'the token file cannot be read'),
  ),

  ...alike(
    { ...unknown, step: /as Azure gave it/ },
    answer(400, 'SomethingNew', 'A refusal that nobody has seen.'),
    operation('SomethingNew', 'A failure that nobody has seen.'),
    operation('', ''),
  ),
  ...alike(
    { ...unknown, mover: 'administrator', step: /az aks start/ },
    answer(409, 'OperationNotAllowed', 'Operation is not allowed: the managed cluster is stopped.'),
  ),
];
