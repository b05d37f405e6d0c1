import { ServiceError } from '../http/service-error.ts';

/** What the ARM gateway refuses before a resource provider sees it; always the nested shape. */
function gateway(status: number, code: string, message: string): ServiceError {
  return new ServiceError('nested', status, { code, message });
}

export function subscriptionNotFound(subscription: string): ServiceError {
  return gateway(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
}

export function resourceGroupNotFound(group: string): ServiceError {
  return gateway(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
}

export function resourceNotFound(type: string, name: string, group: string): ServiceError {
  return gateway(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

export function missingApiVersion(): ServiceError {
  return gateway(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  );
}

export function invalidApiVersion(version: string): ServiceError {
  return gateway(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${version}' is invalid. Use a date such as 2025-05-01.`,
  );
}

export function unsupportedApiVersion(version: string, supported: string): ServiceError {
  return gateway(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for API version '${version}' of type 'managedClusters'. The supported api-versions are '${supported}'.`,
  );
}

export function invalidRequestContent(reason: string): ServiceError {
  return gateway(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${reason}'.`,
  );
}

export function requestTooLarge(limitBytes: number): ServiceError {
  return gateway(413, 'RequestTooLarge', `The request content is larger than ${limitBytes} bytes.`);
}

export function invalidFilter(filter: string): ServiceError {
  return gateway(400, 'InvalidFilter', `The filter '${filter}' is not supported; use "location eq '<location>'".`);
}

export function noSuchRoute(method: string, path: string): ServiceError {
  return gateway(
    404,
    'InvalidResourceType',
    `The emulator does not serve ${method} ${path}. It plays a small part of Azure: see its list of routes.`,
  );
}

export function internalError(): ServiceError {
  return gateway(500, 'InternalServerError', 'The emulator failed; its log says why.');
}
