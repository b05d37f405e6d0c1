import type { Books } from '../books/books.ts';

/** Kubernetes takes a moment to take a pod off a Service; this leaves room for a busy machine, in milliseconds. */
const GRACE_MS = 3000;

/** A Service sends requests to Ready pods only. */
export function onlyReadyServed({ wronglyServed }: Books): readonly string[] {
  return wronglyServed
    .filter(({ forMs }) => forMs > GRACE_MS)
    .map(
      ({ service, pod, forMs }) => `Service ${service} sent requests to ${pod}, not Ready, for ${Math.round(forMs)} ms`,
    );
}
