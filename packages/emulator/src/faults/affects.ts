import type { FaultAction, Method, RouteName } from '../admin/protocol.ts';

/** Whether an action means anything for such a request; what is undefined may be anything. */
export function affects(action: FaultAction, method: Method | undefined, route: RouteName | undefined): boolean {
  const methods = METHODS_OF[action.type];
  if (!methods) return true;
  return (method === undefined || methods.includes(method)) && (route === undefined || route === 'agentPools');
}

/** Actions that only agent pools know, and the requests that they can hit. */
const METHODS_OF: Partial<Record<FaultAction['type'], readonly Method[]>> = {
  failOperation: ['PUT', 'DELETE'],
  stale: ['GET', 'LIST'],
};
