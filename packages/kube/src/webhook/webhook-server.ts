import type { Cache } from '../cache/cache.ts';
import { secrets, validatingWebhookConfigurations } from '../client/builtin-resources.ts';
import type { ObjectKey } from '../client/object.ts';
import { systemClock } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import { untilAborted } from '../clock/until-aborted.ts';
import { Controller } from '../controller/controller.ts';
import type { ReconcileContext, Result } from '../controller/result.ts';
import type { Logger } from '../log/logger.ts';
import type { Listen } from '../manager/http-endpoints.ts';
import type { Runnable } from '../manager/runnable.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { CERTIFICATE_TIMINGS } from '../tls/certificate-plan.ts';
import type { CertificateTimings } from '../tls/certificate-plan.ts';
import { readCertificates } from '../tls/certificate-state.ts';
import type { AdmissionHandler } from './admission.ts';
import { AdmissionEndpoints } from './admission-endpoints.ts';
import type { WebhookConfigurationOptions } from './ca-bundle.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { ConfigurationKeeper } from './configuration-keeper.ts';
import { webhookMetrics } from './webhook-metrics.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';

export interface WebhookServerOptions {
  /** Not started yet. Informers of the one Secret and of the one configuration are added to it; writes go through its client. */
  readonly cache: Cache;
  /** Where reviews are taken. */
  readonly listen: Listen;
  /** What answers, by path, such as `/validate/workspace.kaito.sh`. */
  readonly webhooks: Readonly<Record<string, AdmissionHandler>>;
  /** Where the certificates are kept; replicas that name the same Secret share them. */
  readonly secret: ObjectKey & { readonly namespace: string };
  /** DNS names and IP addresses by which the API server calls; `serviceHosts` gives those of a Service. */
  readonly hosts: readonly string[];
  /** The ValidatingWebhookConfiguration that is told whom to trust; absent: somebody else tells it. */
  readonly configuration?: WebhookConfigurationOptions | undefined;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly clock?: Clock | undefined;
  /** Time for one review in milliseconds; 8 s when absent, which is within the API server's default of 10 s. */
  readonly timeoutMs?: number | undefined;
  /** How long certificates live; see `CERTIFICATE_TIMINGS`. */
  readonly timings?: Partial<CertificateTimings> | undefined;
}

const DEFAULT_TIMEOUT_MS = 8_000;

/** The two objects that are kept. */
type Kept = 'secret' | 'configuration';

/**
 * Answers the API server's admission reviews over HTTPS, on every replica. Its certificates are its own: an authority and a
 * server certificate in a Secret that all replicas share, made when they are missing, renewed long before they end, and
 * announced to the configuration before they are used, so that no review fails because of a renewal.
 * To have everything made anew, stop all replicas, delete the Secret, and start them.
 */
export class WebhookServer implements Runnable {
  readonly name = 'webhook';
  readonly #options: WebhookServerOptions;
  readonly #endpoints: AdmissionEndpoints;
  readonly #metrics: WebhookMetrics;
  readonly #certificates: CertificateKeeper;
  readonly #configuration: ConfigurationKeeper | undefined;
  readonly #controller: Controller<Kept>;
  readonly #certified = Promise.withResolvers<void>();
  readonly #faults = new Map<Kept, string>();
  #served: { readonly cert: string; readonly issuer: string } | undefined;

  constructor(options: WebhookServerOptions) {
    const { clock = systemClock, webhooks, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const logger = options.logger.child({ runnable: this.name });
    const metrics = options.metrics ?? createMetrics({ processMetrics: false });
    this.#options = options;
    this.#metrics = webhookMetrics(metrics, clock);
    this.#endpoints = new AdmissionEndpoints({ webhooks, timeoutMs, clock, logger, metrics: this.#metrics });
    const reconcile = (kept: Kept, context: ReconcileContext): Promise<Result> => this.#reconcile(kept, context);
    this.#controller = new Controller<Kept>({ name: 'webhook-certificates', reconcile, logger, metrics, clock });
    this.#configuration = this.#keepConfiguration(logger);
    this.#certificates = this.#keepCertificates(logger, clock);
  }

  /** Port on which reviews are taken; undefined while they are not. */
  get port(): number | undefined {
    return this.#endpoints.port;
  }

  /** `true` when reviews are taken and, as far as we keep the configuration, the API server trusts the certificate. */
  ready(): true | string {
    if (!this.#served || this.port === undefined) {
      return [...this.#faults.values()].join('; ') || 'there is no certificate to serve with yet';
    }
    if (this.#configuration?.isTrusted(this.#served.issuer) ?? true) return true;
    const fault = this.#faults.get('configuration');
    if (fault !== undefined) return fault;
    return `the ValidatingWebhookConfiguration ${this.#options.configuration?.name} does not trust the certificate yet`;
  }

  /**
   * Serves until `signal` is aborted, and answers what is under way then.
   * @throws Error when the port cannot be had.
   */
  async start(signal: AbortSignal, kill: AbortSignal = signal): Promise<void> {
    const stop = new AbortController();
    const keeping = this.#controller.start(AbortSignal.any([signal, stop.signal]), kill);
    this.#controller.enqueue('secret');
    try {
      await Promise.race([this.#certified.promise, untilAborted(signal)]);
      if (!signal.aborted) await this.#endpoints.listen(this.#options.listen);
      await untilAborted(signal);
    } finally {
      stop.abort();
      await Promise.all([keeping, this.#endpoints.close(kill)]);
    }
  }

  #keepConfiguration(logger: Logger): ConfigurationKeeper | undefined {
    const { cache, configuration, secret } = this.#options;
    if (!configuration) return undefined;
    const fieldSelector = `metadata.name=${configuration.name}`;
    const informer = cache.informer(validatingWebhookConfigurations, { fieldSelector });
    // An authority signs when it is trusted, so the certificates wait for the configuration.
    this.#controller.watch(informer, () => ['configuration', 'secret']);
    return new ConfigurationKeeper({ client: cache.client, informer, configuration, secret, logger });
  }

  #keepCertificates(logger: Logger, clock: Clock): CertificateKeeper {
    const { cache, secret, hosts, timings } = this.#options;
    const { namespace, name } = secret;
    const informer = cache.informer(secrets, { namespace, fieldSelector: `metadata.name=${name}` });
    this.#controller.watch(informer, () => ['secret']);
    return new CertificateKeeper({
      client: cache.client,
      informer,
      secret,
      hosts,
      timings: { ...CERTIFICATE_TIMINGS, ...timings },
      isTrusted: authority => this.#configuration?.isTrusted(authority) ?? true,
      clock,
      logger,
    });
  }

  async #reconcile(kept: Kept, { signal }: ReconcileContext): Promise<Result> {
    try {
      const ms = kept === 'secret' ? await this.#keepSecret(signal) : await this.#keepTrust(signal);
      this.#faults.delete(kept);
      return ms > 0 ? { requeueAfterMs: ms } : {};
    } catch (error) {
      this.#faults.set(kept, `the ${kept} cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  }

  async #keepSecret(signal: AbortSignal): Promise<number> {
    const ms = await this.#certificates.reconcile(signal);
    this.#serve();
    this.#controller.enqueue('configuration');
    return ms;
  }

  async #keepTrust(signal: AbortSignal): Promise<number> {
    const { held } = this.#certificates;
    if (!held || !this.#configuration) return 0;
    return this.#configuration.reconcile(held.bundle, signal);
  }

  /** Serves with what the Secret holds now. */
  #serve(): void {
    const { held } = this.#certificates;
    if (!held || held.server.cert === this.#served?.cert) return;
    const { server, authority } = readCertificates(held);
    if (!server) return;
    this.#endpoints.use(held.server);
    this.#served = { cert: held.server.cert, issuer: server.issuer ?? '' };
    this.#metrics.certificates(server.validTo, authority?.validTo ?? 0);
    this.#certified.resolve();
  }
}
