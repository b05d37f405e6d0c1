import type { PoolRequest } from '../../pools/pool-body.ts';
import { decideLaunch } from './launch-decision.ts';
import type { LaunchDecision } from './launch-decision.ts';
import type { Pass, Services } from './pass.ts';
import { secureOffering } from './secure-offering.ts';

/** What a launch does in this pass: known before anything is written, because the claim is to say it first. */
export type LaunchPlan =
  | Exclude<LaunchDecision, { readonly do: 'make' }>
  | { readonly do: 'create'; readonly request: PoolRequest; readonly warnings: readonly string[] };

/** Plans the launch of a claim. A plan to create holds a reservation of what it takes. @param joined the claim's node is there */
export function planLaunch(pass: Pass, services: Services, joined: boolean): LaunchPlan {
  const decision = decideLaunch(pass, services, joined);
  if (decision.do !== 'make') return decision;
  const secured = secureOffering(pass, services);
  if (!secured.ok) return { do: 'nothing', outcome: secured.outcome };
  return { do: 'create', request: secured.request, warnings: secured.warnings };
}
