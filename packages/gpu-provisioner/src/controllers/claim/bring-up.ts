import type { Node, Result } from '@kaito/kube';
import { tellAdoption } from './adoption.ts';
import { followNode } from './follow-node.ts';
import { giveUp, isUnservable } from './give-up.ts';
import { followPool, launch } from './launch.ts';
import { planLaunch } from './launch-plan.ts';
import { hasLostNode } from './lost-node.ts';
import { matchNode, nodesToTakeAlong } from './node-match.ts';
import { hasFinalizer } from './observed-nodes.ts';
import type { Pass, Services } from './pass.ts';
import { prepare } from './prepare.ts';
import { report } from './report.ts';
import { seeIn } from './see-in.ts';
import { settle, settlingForMs } from './settle.ts';
import { soonest } from './soonest.ts';

/** Brings a living claim as far as one pass can: launched, registered, initialized; then reports once what was found. */
export async function bringUp(observed: Pass, services: Services): Promise<Result | void> {
  const leaving = nodesToTakeAlong(observed.claim, observed.nodes, observed.sighting.state).filter(isLeaving);
  if (leaving.length > 0 || hasLostNode(observed)) return await followNode(observed, services, leaving);
  const match = matchNode(observed.claim, observed.nodes, poolIsOurs(observed));
  const settlingFor = settlingForMs(observed, services, match);
  if (settlingFor > 0) return { requeueAfterMs: settlingFor };
  const joined = match.found !== 'none';
  if (!joined) followPool(observed, services);
  const plan = planLaunch(observed, services, joined);
  const object = await prepare(observed, services, plan);
  if (object === undefined) return undefined;
  tellAdoption(observed, services);
  const pass = { ...observed, claim: observed.dialect.view(object) };
  if (joined) settle(pass, services);
  const outcome = await launch(plan, pass, services);
  if (isUnservable(pass, services, outcome)) return await giveUp(pass, services, outcome);
  const seen = await seeIn(pass, services, outcome.step, match);
  const { registered, initialized, node } = seen;
  const reported = await report(pass, services, {
    progress: { launched: outcome.step, registered, initialized },
    node,
  });
  return soonest(outcome.requeueAfterMs, seen.requeueAfterMs, reported);
}

/** Whether somebody deleted the node, which the finalizer keeps until its machine is gone. */
function isLeaving(node: Node): boolean {
  return node.metadata.deletionTimestamp !== undefined && hasFinalizer(node);
}

function poolIsOurs({ sighting }: Pass): boolean {
  return sighting.state === 'ours' || sighting.state === 'accepted';
}
