import type { Model } from '@kaito/planner';
import type { Logger } from '@kaito/kube';
import type { HubClient } from './hub-client.ts';
import { isHubError } from './hub-error.ts';
import { fetchRevision } from './hub-model.ts';
import type { WorkPool } from './work-pool.ts';

/** Longest wait for a commit, in milliseconds. Short: without it, a model is served all the same. */
const timeoutMs = 5_000;

export interface RevisionsOptions {
  /** Absent: nobody is asked. */
  readonly hub: HubClient | undefined;
  readonly pool: WorkPool;
  readonly logger: Logger;
  /** Called when the commit of a model was found, or not. */
  readonly settled: (model: Model) => void;
}

/**
 * The commits of catalogued models that have none in the catalogue. Each is asked for once: a commit that turned up later would change
 * plans that are in force.
 */
export class Revisions {
  readonly #options: RevisionsOptions;
  /** Models with what was found; null while it is being asked. */
  readonly #models = new Map<string, Model | null>();

  constructor(options: RevisionsOptions) {
    this.#options = options;
  }

  /** The model with its commit, or without when there is none to be had; undefined while it is being asked. */
  withRevision(model: Model): Model | undefined {
    const { hub, pool } = this.#options;
    // The weights of a preset that only an image serves are in that image.
    if (model.revision !== undefined || !model.vllm || !hub) return model;
    const known = this.#models.get(model.id);
    if (known !== undefined) return known ?? undefined;
    this.#models.set(model.id, null);
    pool.add(`revision of ${model.id}`, signal => this.#ask(model, hub, signal));
    return undefined;
  }

  async #ask(model: Model, hub: HubClient, stop: AbortSignal): Promise<void> {
    const { logger, settled } = this.#options;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
    try {
      const revision = await fetchRevision(hub, model.id, { signal });
      this.#models.set(model.id, { ...model, revision });
      logger.info('Found the commit of a model', { model: model.id, revision });
    } catch (error) {
      if (stop.aborted) return;
      this.#models.set(model.id, model);
      const reason = isHubError(error) ? error.message : `no answer within ${timeoutMs / 1_000} s`;
      logger.warn('Serving a model without pinning its commit', { model: model.id, reason });
    }
    settled(model);
  }
}
