import type { Container, PodSpec } from './pod-parts.ts';

/**
 * What the restricted Pod Security Standard asks for, but for `runAsNonRoot`: KAITO's images run as root (Kubernetes docs, Pod Security
 * Standards).
 */
export const confined: NonNullable<Container['securityContext']> = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};

export const confinedPod: NonNullable<PodSpec['securityContext']> = { seccompProfile: { type: 'RuntimeDefault' } };
