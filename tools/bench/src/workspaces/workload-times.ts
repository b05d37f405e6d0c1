import { isTrue } from '@kaito/crds';
import { deployments, pods, statefulSets } from '@kaito/kube';
import type { KubeObject, Pod } from '@kaito/kube';
import { listener } from '../measure/object-watch.ts';
import type { Listener } from '../measure/object-watch.ts';
import type { Span } from '../measure/spans.ts';

/** When workloads appeared and when their pods were Ready. Times of `performance.now()`. */
export class WorkloadTimes {
  readonly #workloadAt: number[] = [];
  readonly #seen = new Set<string>();
  readonly #podReadyAt = new Map<string, number>();

  /** What has to be watched for it. */
  readonly listeners: readonly Listener[] = [
    listener(statefulSets, object => this.#noteWorkload(object)),
    listener(deployments, object => this.#noteWorkload(object)),
    listener(pods, pod => this.#notePod(pod)),
  ];

  /** From the first workload, which Kubernetes turns into pods, until each pod was placed, started and Ready. */
  get spans(): readonly Span[] {
    return [...this.#podReadyAt.values()].map(end => ({ start: Math.min(end, ...this.#workloadAt), end }));
  }

  #noteWorkload({ metadata: { uid = '' } }: KubeObject): void {
    if (this.#seen.has(uid)) return;
    this.#seen.add(uid);
    this.#workloadAt.push(performance.now());
  }

  #notePod(pod: Pod): void {
    const { name } = pod.metadata;
    if (isTrue(pod, 'Ready') && !this.#podReadyAt.has(name)) this.#podReadyAt.set(name, performance.now());
  }
}
