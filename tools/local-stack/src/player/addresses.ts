import { randomInt } from 'node:crypto';

/** The network of a pod: where its processes listen, and what its status calls that. */
export interface PodAddress {
  /** Of 127/8, all of which Linux has on loopback. Processes of the pod bind to it. */
  readonly loopback: string;
  /** What stands in the status: endpoints may not be of 127/8 (Kubernetes API reference, EndpointSlice). */
  readonly podIp: string;
}

/**
 * An address of its own for a pod, also among stacks that run beside this one: one of eight million, drawn by chance.
 * Second bytes are those that neither kwok's pods and nodes (10.244, 10.224) nor Services (10.96) have.
 */
export function drawAddress(draw: (from: number, below: number) => number = randomInt): PodAddress {
  const rest = [draw(100, 220), draw(0, 256), draw(1, 255)].join('.');
  return { loopback: `127.${rest}`, podIp: `10.${rest}` };
}
