import type { ClusterIdentity, Settings } from '../admin/protocol.ts';
import { requireApiVersion } from '../arm/api-version.ts';
import { checkSubscription } from '../arm/scope.ts';
import type { Call, Params, Reply, Route } from '../http/route.ts';
import { ServiceError } from '../http/service-error.ts';
import { operationNotFound } from './errors.ts';
import { operationLinks, retryAfter } from './operation-links.ts';
import { operationStatus } from './operation.ts';
import type { Operation, OperationLog } from './operation.ts';
import { renderOperation } from './render.ts';

export interface OperationRoutesOptions {
  readonly cluster: ClusterIdentity;
  readonly settings: () => Settings;
  readonly operations: OperationLog;
  readonly now: () => number;
}

/** Where the Azure-AsyncOperation and Location headers lead. */
export function operationRoutes(options: OperationRoutesOptions): readonly Route[] {
  const { cluster, operations, settings, now } = options;
  const root = '/subscriptions/:subscription/providers/Microsoft.ContainerService/locations/:location';
  const route = (
    name: 'operations' | 'operationresults',
    handle: (operation: Operation, call: Call) => Reply,
  ): Route => ({
    area: 'azure',
    method: 'GET',
    name,
    path: `${root}/${name}/:operation`,
    pool: params => find(params, operations)?.pool,
    handle: (call, params) => {
      requireApiVersion(call.query);
      checkSubscription(params, cluster);
      const operation = find(params, operations);
      if (!operation) throw operationNotFound(params['operation'] ?? '');
      return handle(operation, call);
    },
  });
  return [
    route('operations', operation => ({
      status: 200,
      body: renderOperation(operation, now()),
      headers: operationStatus(operation, now()) === 'InProgress' ? retryAfter(settings()) : {},
    })),
    route('operationresults', (operation, call) => result(operation, call, options)),
  ];
}

function find({ operation = '' }: Params, operations: OperationLog): Operation | undefined {
  return operations.get(operation);
}

/** 202 while it runs, 204 when it is done; a failure is an error answer (ARM docs, "Track asynchronous operations"). */
function result(operation: Operation, call: Call, { cluster, settings, now }: OperationRoutesOptions): Reply {
  const status = operationStatus(operation, now());
  if (status === 'InProgress') {
    return { status: 202, headers: operationLinks(operation, { call, cluster, settings: settings() }).result };
  }
  if (status === 'Failed') {
    throw new ServiceError('nested', 409, operation.error ?? { code: 'InternalOperationError', message: 'It failed.' });
  }
  return { status: 204 };
}
