import type { InferencePlan, PlannedServer, TuningPlan } from '@kaito/planner';
import type { Container, EnvVar, PodSpec } from './pod-parts.ts';
import type { RenderInput } from './render-input.ts';

/**
 * `nobody` of Debian, on which KAITO's base image stands (KAITO, docker/presets/models/tfs/Dockerfile): the one user beside root that is
 * in its passwd, where PyTorch looks up who runs it.
 */
export const nobody = 65_534;

/** What the restricted Pod Security Standard asks of each container (Kubernetes docs, Pod Security Standards). */
export const confined: NonNullable<Container['securityContext']> = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};

/** Of a server. Ours on CPUs writes to /tmp only. */
export function confinedServer({ runtime }: PlannedServer): NonNullable<Container['securityContext']> {
  return runtime === 'cpu' ? { ...confined, readOnlyRootFilesystem: true } : confined;
}

/** Of one that has to be root, in a pod that is not. */
export const confinedRoot: NonNullable<Container['securityContext']> = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: false,
  runAsUser: 0,
};

/** Whom the image of our server on CPUs names (tools/stand-in-model/Dockerfile). */
const cpuServerUser = 65_532;

const profile = { seccompProfile: { type: 'RuntimeDefault' } } as const;

/** What it asks of the pod, with `runAsNonRoot` where the server can do without root. */
export function confinedPod(input: RenderInput<InferencePlan>): NonNullable<PodSpec['securityContext']> {
  return podOf(userOf(input));
}

/** The same of the pod of a training: only today's base image is known to do without root. */
export function confinedTraining({ plan, settings }: RenderInput<TuningPlan>): NonNullable<PodSpec['securityContext']> {
  return podOf(plan.trainer.weights && settings.serverUser > 0 ? settings.serverUser : undefined);
}

function podOf(user: number | undefined): NonNullable<PodSpec['securityContext']> {
  if (user === undefined) return profile;
  // Volumes belong to root; the group may write there too.
  const group = { runAsGroup: user, fsGroup: user, fsGroupChangePolicy: 'OnRootMismatch' } as const;
  return { ...profile, runAsNonRoot: true, runAsUser: user, ...group };
}

/** Where a user without a home keeps what it compiles, and who it is for an image that does not know it; ours on CPUs does. */
export function userEnvironment(input: RenderInput<InferencePlan>): readonly EnvVar[] {
  if (userOf(input) === undefined || input.plan.server.runtime === 'cpu') return [];
  return [
    { name: 'HOME', value: '/tmp' },
    { name: 'USER', value: 'nobody' },
  ];
}

/**
 * The user to run as; undefined: whom the image names, which is root in the images of KAITO v0.3, and unknown in a user's own. Folders of
 * weights on a node belong to whoever filled them.
 */
function userOf({ plan: { server, model }, settings }: RenderInput<InferencePlan>): number | undefined {
  if (server.runtime === 'cpu') return cpuServerUser;
  const isOurs = server.image.origin === 'registry' && server.runtime !== 'preset-image';
  return isOurs && model.weights !== 'local' && settings.serverUser > 0 ? settings.serverUser : undefined;
}
