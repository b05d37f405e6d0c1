import type { Workspace } from '@kaito/crds';
import { keyOf, type Client, type Clock, type Logger, type Pod } from '@kaito/kube';
import { tokenKey } from '../../models/secret-token.ts';
import type { ModelDirectory } from '../../models/model-directory.ts';
import { modelOfWorkspace } from '../../models/model-of-workspace.ts';
import { adapterSource, lastOfEach, type AdapterReports } from '../../observe/adapter-reports.ts';
import type { LogReports } from '../../observe/log-reports.ts';
import { trainerSource } from '../../observe/training-reports.ts';
import type { SecretKeys } from '../../observe/secret-keys.ts';
import type { WarningEvents } from '../../observe/warning-events.ts';
import type { Looked } from '../../observe/observe.ts';
import { needsLogTail } from '../../status/log-tail.ts';
import { warningSources } from '../../status/warning-sources.ts';
import type { Observed, ObservedSecret } from '../../observed.ts';
import { trainingReport, type TrainingReport } from '../../status/tuning/training-log.ts';

/** How much of a log is read: what a server writes last is why it ended, often below a second, longer trace. */
const tail = { tailLines: 200, limitBytes: 128 * 1024 };
/** Tails that are kept; the oldest go first. */
const maxTails = 500;
/** How soon a log that could not be read is asked for again, in milliseconds: a kubelet that does not answer holds a pass up. */
const readAgainMs = 60_000;

interface Tail {
  /** Undefined: it could not be read. */
  readonly text: string | undefined;
  readonly at: number;
}

/** What the caches know of a workspace's workload. */
export type WorkloadSeen = Pick<Observed, 'pods' | 'statefulSet' | 'service'>;

/** What is asked for elsewhere than in the caches of the controller, each remembered by whom it is asked of. */
export class Look {
  readonly #options: LookOptions;
  readonly #tails = new Map<string, Tail>();

  constructor(options: LookOptions) {
    this.#options = options;
  }

  /** Looks for a workspace's model, Secrets, for the last words of a server that crashes, and for what others say of its workload. */
  async at(workspace: Workspace, workload: WorkloadSeen, signal: AbortSignal): Promise<Looked> {
    const sources = warningSources({ workspace, ...workload }, this.#options.clock.now());
    const [secrets, logTail, warnings] = await Promise.all([
      this.#secrets(workspace, signal),
      this.#logTail(workload.pods, signal),
      this.#options.warnings.of(sources, signal),
    ]);
    return {
      model: this.model(workspace),
      secrets,
      logTail,
      warnings,
      adapterReports: this.#adapters(workspace, workload),
      training: this.#training(workspace, workload),
    };
  }

  /** The model of the workspace's preset, as far as it is known; undefined for a template. */
  model(workspace: Workspace): Looked['model'] {
    return modelOfWorkspace(this.#options.models, workspace);
  }

  #secrets({ metadata, inference, tuning }: Workspace, signal: AbortSignal): Promise<readonly ObservedSecret[]> {
    const { modelAccessSecret, imagePullSecrets = [] } = (inference?.preset ?? tuning?.preset)?.presetOptions ?? {};
    const sources = [...(inference?.adapters ?? []).map(({ source }) => source), tuning?.input];
    const pulling = sources.flatMap(source => source?.imagePullSecrets ?? []);
    const named = [modelAccessSecret, ...imagePullSecrets, ...pulling, tuning?.output?.imagePushSecret].filter(Boolean);
    const { namespace } = metadata;
    return Promise.all(
      [...new Set(named)].map(name => {
        const needed = name === modelAccessSecret ? tokenKey : undefined;
        return this.#options.secrets.of({ name: name ?? '', namespace }, signal, needed);
      }),
    );
  }

  #training(workspace: Workspace, { pods: [pod] }: WorkloadSeen): TrainingReport | undefined {
    const source = workspace.tuning && pod && trainerSource(pod);
    return source && trainingReport(this.#options.reports.latest(keyOf(workspace), source) ?? []);
  }

  #adapters(workspace: Workspace, { pods }: WorkloadSeen): AdapterReports {
    const known = pods.flatMap(pod => {
      const source = adapterSource(pod);
      const reports = source && this.#options.reports.latest(keyOf(workspace), source);
      return source && reports ? [[source.pod.uid, lastOfEach(reports)] as const] : [];
    });
    return new Map(known);
  }

  /** A log that cannot be read is no reason to stop: it would only have told more. */
  async #logTail(pods: readonly Pod[], signal: AbortSignal): Promise<string | undefined> {
    const request = needsLogTail({ pods });
    if (!request) return undefined;
    const { client, clock, logger } = this.#options;
    const known = this.#tails.get(request.key);
    const isFresh = known && (known.text !== undefined || clock.monotonic() - known.at < readAgainMs);
    if (isFresh) return known.text;
    const namespace = pods.find(({ metadata }) => metadata.name === request.pod)?.metadata.namespace;
    const { container, previous } = request;
    try {
      const text = await client.podLogs({ name: request.pod, namespace }, { container, previous, ...tail, signal });
      this.#keep(request.key, text);
      return text;
    } catch (error) {
      signal.throwIfAborted();
      logger.info('Cannot read the log of a pod', { pod: request.pod, container, error });
      this.#keep(request.key, undefined);
      return undefined;
    }
  }

  #keep(key: string, text: string | undefined): void {
    this.#tails.delete(key);
    this.#tails.set(key, { text, at: this.#options.clock.monotonic() });
    for (const oldest of this.#tails.keys()) {
      if (this.#tails.size <= maxTails) break;
      this.#tails.delete(oldest);
    }
  }
}

export interface LookOptions {
  readonly client: Client;
  readonly models: ModelDirectory;
  readonly secrets: SecretKeys;
  readonly warnings: WarningEvents;
  readonly reports: Pick<LogReports, 'latest'>;
  readonly clock: Clock;
  readonly logger: Logger;
}
