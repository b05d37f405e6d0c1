import type { Informer } from '../cache/informer.ts';
import { isConflict } from '../client/api-error.ts';
import { secrets, validatingWebhookConfigurations } from '../client/builtin-resources.ts';
import type { ValidatingWebhookConfiguration } from '../client/builtin-resources.ts';
import type { Client } from '../client/client.ts';
import type { ObjectKey } from '../client/object.ts';
import type { Logger } from '../log/logger.ts';
import { configurationPatch, trustsAuthority } from './ca-bundle.ts';
import type { WebhookConfigurationOptions } from './ca-bundle.ts';
import { readSecret } from './certificate-secret.ts';

export interface ConfigurationKeeperOptions {
  readonly client: Client;
  readonly informer: Pick<Informer<ValidatingWebhookConfiguration>, 'get'>;
  readonly configuration: WebhookConfigurationOptions;
  /** Where the authorities stand that it is to trust. */
  readonly secret: ObjectKey;
  readonly logger: Logger;
}

const AFTER_CONFLICT_MS = 1_000;

/** Keeps a ValidatingWebhookConfiguration trusting the authorities of the Secret, and writes only when it does not. */
export class ConfigurationKeeper {
  readonly #options: ConfigurationKeeperOptions;

  constructor(options: ConfigurationKeeperOptions) {
    this.#options = options;
  }

  /** Whether every webhook of the configuration trusts the authority (PEM). One that is not there calls nobody. */
  isTrusted(authority: string): boolean {
    const configuration = this.#current();
    return !configuration || trustsAuthority(configuration, authority);
  }

  /**
   * Writes the difference to `bundle` (PEM), if there is one.
   * @returns milliseconds until the next look; 0 when there is no need of one.
   * @throws ApiError when it cannot be written.
   */
  async reconcile(bundle: string, signal: AbortSignal): Promise<number> {
    const { client, configuration, secret, logger } = this.#options;
    const current = this.#current();
    if (!current || configurationPatch(current, bundle, configuration.targets).length === 0) return 0;
    // What we know of the Secret may be older than what another replica has told the configuration.
    const fresh = readSecret(await client.get(secrets, secret, { signal }));
    const patch = configurationPatch(current, fresh.bundle, configuration.targets);
    if (patch.length === 0 || fresh.bundle === '') return AFTER_CONFLICT_MS;
    try {
      await client.patch(validatingWebhookConfigurations, configuration, patch, { type: 'json', signal });
    } catch (error) {
      if (!isConflict(error)) throw error;
      return AFTER_CONFLICT_MS;
    }
    logger.info('Wrote which authorities the API server trusts', { configuration: configuration.name });
    return 0;
  }

  #current(): ValidatingWebhookConfiguration | undefined {
    return this.#options.informer.get(this.#options.configuration.name);
  }
}
