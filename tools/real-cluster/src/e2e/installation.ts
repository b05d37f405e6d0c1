import { pause } from '@kaito/local-stack';
import type { Azure } from './azure.ts';
import type { Helm } from './helm.ts';
import type { Kubectl } from './kubectl.ts';
import { CHARTS, prerequisites, valuesOf, type ChartName } from './releases.ts';

const CHART_NAMES = ['gpu-provisioner', 'workspace'] as const satisfies readonly ChartName[];
const ROLLED_OUT_WITHIN = '120s';
const LED_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 200;

export interface InstallationOptions {
  readonly helm: Helm;
  readonly kubectl: Kubectl;
  readonly azure: Azure;
  readonly signal: AbortSignal;
}

/** Both charts as releases in the cluster. */
export class Installation {
  readonly #helm: Helm;
  readonly #kubectl: Kubectl;
  readonly #azure: Azure;
  readonly #signal: AbortSignal;

  constructor({ helm, kubectl, azure, signal }: InstallationOptions) {
    this.#helm = helm;
    this.#kubectl = kubectl;
    this.#azure = azure;
    this.#signal = signal;
  }

  /** Installs both, or upgrades them, side by side. @param revision another one makes other pods. */
  async upgrade(revision: string): Promise<void> {
    await this.#kubectl.apply(prerequisites(this.#azure));
    const values = valuesOf(this.#azure, revision);
    await Promise.all(CHART_NAMES.map(chart => this.#helm.upgrade(chart, values[chart])));
  }

  /** Runs `helm test` of both. */
  async test(): Promise<void> {
    await Promise.all(CHART_NAMES.map(chart => this.#helm.test(chart)));
  }

  /** Uninstalls both, one after the other. */
  async uninstall(first: ChartName): Promise<void> {
    const [second] = CHART_NAMES.filter(chart => chart !== first);
    await this.#helm.uninstall(first);
    if (second) await this.#helm.uninstall(second);
  }

  /** Kills, without a word, the pods that lead; resolves when others have taken over and all replicas are ready again. */
  async killLeaders(): Promise<void> {
    await Promise.all(CHART_NAMES.map(chart => this.#killLeader(chart)));
  }

  async #killLeader(chart: ChartName): Promise<void> {
    const kubectl = this.#kubectl;
    const namespace = CHARTS[chart];
    const leader = await this.#leader(namespace);
    await kubectl.run('delete', 'pod', leader, '-n', namespace, '--grace-period=0', '--force');
    await kubectl.run('rollout', 'status', `deployment/${chart}`, '-n', namespace, `--timeout=${ROLLED_OUT_WITHIN}`);
    await this.#leader(namespace, leader);
  }

  /**
   * Waits for a pod that leads and is not on its way out. One that ended well has left the Lease without a holder.
   * @param former whom it must not be.
   * @returns its name, which stands in front of a random part in the Lease.
   */
  async #leader(namespace: string, former = ''): Promise<string> {
    const path = 'jsonpath={.items[*].spec.holderIdentity}';
    for (const until = performance.now() + LED_WITHIN_MS; ; await pause(LOOK_AGAIN_MS, this.#signal)) {
      const holder = await this.#kubectl.run('get', 'leases', '-n', namespace, '-o', path);
      const [pod = ''] = holder.split('_');
      if (pod !== '' && pod !== former && (await this.#stays(namespace, pod))) return pod;
      if (performance.now() > until) throw new Error(`nobody leads in ${namespace}${former && `, but ${former} did`}`);
    }
  }

  async #stays(namespace: string, pod: string): Promise<boolean> {
    const path = 'jsonpath={.metadata.name}/{.metadata.deletionTimestamp}';
    return (
      (await this.#kubectl.run('get', 'pod', pod, '-n', namespace, '--ignore-not-found', '-o', path)) === `${pod}/`
    );
  }
}
