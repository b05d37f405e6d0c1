/** Permissions that a short test does not come to, by chart, with what they are for. Whatever is not here must be used. */
export const rarelyUsed: Readonly<Record<'gpu-provisioner' | 'workspace', ReadonlyMap<string, string>>> = {
  'gpu-provisioner': new Map([
    ['get nodes', 'a claim goes whose node no cache shows: packages/gpu-provisioner/src/controllers/claim/orphans.ts'],
    ['patch events', 'an event that comes again raises a count: packages/kube/src/events/event-recorder.ts'],
  ]),
  workspace: new Map([
    [
      'delete controllerrevisions.apps',
      'more revisions than are kept: packages/workspace/src/workload/ensure-revision.ts',
    ],
    ['delete deployments.apps', 'a Deployment of an earlier KAITO: packages/workspace/src/workload/ensure-workload.ts'],
    ['delete statefulsets.apps', 'a field that cannot be changed: packages/workspace/src/workload/ensure-workload.ts'],
    ['delete services', 'no more use for the headless one: packages/workspace/src/workload/ensure-services.ts'],
    ['get configmaps', 'the cache does not have it yet: packages/workspace/src/admission/webhook.ts'],
    ['get machines.karpenter.sh', 'a claim of that name is there: packages/workspace/src/provisioning/claim-writes.ts'],
    ['get pods/log', 'a server crashes: packages/workspace/src/controllers/workspace/look.ts'],
    ['list events', 'a pod hangs: packages/workspace/src/observe/warning-events.ts'],
    ['patch events', 'an event that comes again raises a count: packages/kube/src/events/event-recorder.ts'],
    ['patch nodes', 'nodes that are there are taken: packages/workspace/src/provisioning/reservations.ts'],
    ['patch pods', 'several copies over several nodes: packages/workspace/src/workload/ensure-services.ts'],
    [
      'patch secrets workspace-webhook-cert in kaito-workspace',
      'certificates are renewed, after weeks: packages/kube/src/webhook/certificate-keeper.ts',
    ],
    [
      'update workspaces/finalizers.kaito.sh',
      'asked for by the admission plugin OwnerReferencesPermissionEnforcement, by no request of its own',
    ],
  ]),
};
