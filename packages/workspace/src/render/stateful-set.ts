import { annotations } from '@kaito/crds';
import { apiVersionOf, canonicalDigest, statefulSets, type StatefulSet } from '@kaito/kube';
import { templateDigestAnnotation } from '../workload/template-digest.ts';
import { headlessServiceName } from './headless-service.ts';
import { ownerReference, podLabels } from './ownership.ts';
import type { PodTemplateSpec } from './pod-parts.ts';
import type { RenderInput } from './render-input.ts';

/**
 * The StatefulSet of a workspace. What can never be changed on one (name of the headless Service, selector, order of its pods) is the
 * same for every plan, so that every edit can be applied.
 * @param template of its pods
 * @param replicas pods in all
 */
export function renderStatefulSet(
  { workspace, revision }: Pick<RenderInput, 'workspace' | 'revision'>,
  template: PodTemplateSpec,
  replicas: number,
): StatefulSet {
  return {
    apiVersion: apiVersionOf(statefulSets),
    kind: statefulSets.kind,
    metadata: {
      name: workspace.metadata.name,
      namespace: workspace.metadata.namespace ?? '',
      annotations: { [annotations.workspaceRevision]: String(revision) },
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      replicas,
      serviceName: headlessServiceName(workspace),
      // All at once: the pods of a copy wait for each other, and a bad template must not keep a good one from following it.
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: podLabels(workspace) },
      template: withDigest(template),
    },
  };
}

function withDigest(template: PodTemplateSpec): PodTemplateSpec {
  const digest = canonicalDigest(template);
  const { metadata } = template;
  return {
    ...template,
    metadata: { ...metadata, annotations: { ...metadata?.annotations, [templateDigestAnnotation]: digest } },
  };
}
