import { canonicalJson, type ConfigMap, type Service, type StatefulSet } from '@kaito/kube';
import type { InferencePlan, TemplatePlan } from '@kaito/planner';
import { renderAdapterList } from './adapters/adapter-list.ts';
import { servingSelector } from './copies.ts';
import { renderHeadlessService } from './headless-service.ts';
import { renderPod } from './pod.ts';
import type { RenderInput } from './render-input.ts';
import { renderService } from './service.ts';
import { renderStatefulSet } from './stateful-set.ts';
import { renderTemplate, templatePort } from './template.ts';

/** A plan for something that serves. */
export type ServingPlan = InferencePlan | TemplatePlan;

/** What serves a workspace, beside its nodes. */
export interface Workload {
  readonly statefulSet: StatefulSet;
  /** Of the adapters that servers load while they run, where they can. */
  readonly adapterList?: ConfigMap | undefined;
  /** That of the clients, and where several pods serve a copy together, the one by which they find each other. */
  readonly services: readonly Service[];
  /** What was added that nobody asked for, each one sentence. */
  readonly notes: readonly string[];
}

/**
 * Renders the objects that serve a workspace, for server-side apply. Pure, and exact to the bit: equal input gives equal JSON, in whatever
 * order its keys come. Does not judge the plan; what a user wrote in a pod template is passed on.
 */
export function renderWorkload(input: RenderInput<ServingPlan>): Workload {
  const { plan } = input;
  return inKeyOrder(plan.job === 'template' ? customWorkload({ ...input, plan }) : presetWorkload({ ...input, plan }));
}

function customWorkload(input: RenderInput<TemplatePlan>): Workload {
  const { template, notes } = renderTemplate(input);
  const service = renderService(input.workspace, { port: templatePort(template), selector: {}, torch: false });
  return { statefulSet: renderStatefulSet(input, template, input.plan.replicas), services: [service], notes };
}

function presetWorkload(input: RenderInput<InferencePlan>): Workload {
  const { workspace, plan } = input;
  const { port, replicas, podsPerCopy, runtime } = plan.server;
  const selector = servingSelector(plan.server);
  const service = renderService(workspace, { port, selector, torch: runtime === 'preset-image' });
  const adapterList = renderAdapterList(input);
  return {
    statefulSet: renderStatefulSet(input, renderPod(input), replicas),
    services: podsPerCopy > 1 ? [service, renderHeadlessService(workspace)] : [service],
    ...(adapterList && { adapterList }),
    notes: [],
  };
}

function inKeyOrder<T>(value: T): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same value with its keys sorted
  return JSON.parse(canonicalJson(value)) as T;
}
