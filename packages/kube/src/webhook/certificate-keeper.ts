import type { Informer } from '../cache/informer.ts';
import { isAlreadyExists, isConflict } from '../client/api-error.ts';
import { secrets } from '../client/builtin-resources.ts';
import type { Secret } from '../client/builtin-resources.ts';
import type { Client } from '../client/client.ts';
import { keyOf } from '../client/object.ts';
import type { ObjectKey } from '../client/object.ts';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import { isSound, planCertificates } from '../tls/certificate-plan.ts';
import type { CertificateTimings } from '../tls/certificate-plan.ts';
import { readCertificates } from '../tls/certificate-state.ts';
import type { CertificateSet, CertificateState } from '../tls/certificate-state.ts';
import { renewCertificates } from '../tls/renew-certificates.ts';
import { createSecret, readSecret, sameSet, secretData } from './certificate-secret.ts';

export interface CertificateKeeperOptions {
  readonly client: Client;
  readonly informer: Pick<Informer<Secret>, 'get'>;
  readonly secret: ObjectKey;
  readonly hosts: readonly string[];
  readonly timings: CertificateTimings;
  /** Whether those who call trust this authority (PEM). */
  readonly isTrusted: (authority: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Another replica has been quicker; its version is on its way to the informer, which wakes us. */
const AFTER_CONFLICT_MS = 1_000;

/**
 * Keeps the certificates in the Secret sound, together with the other replicas: whoever writes first under the Secret's
 * version decides, and nothing is served that the Secret does not hold.
 */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  #held: CertificateSet | undefined;

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
  }

  /** The set to serve; undefined until there is one. It outlives a Secret that is deleted or spoilt. */
  get held(): CertificateSet | undefined {
    return this.#held;
  }

  /**
   * Takes over what the Secret holds, and writes what it lacks.
   * @returns milliseconds until the next look.
   * @throws ApiError when the Secret cannot be written.
   */
  async reconcile(signal: AbortSignal): Promise<number> {
    const { informer, secret, hosts, timings, clock, isTrusted } = this.#options;
    const now = clock.now();
    const current = informer.get(keyOf({ metadata: secret }));
    const stored = readSecret(current);
    const storedState = readCertificates(stored);
    const sound = isSound(storedState, now);
    if (sound) this.#held = stored;
    // A Secret that was deleted or spoilt is written again as it was: those who call trust it.
    const set = sound ? stored : (this.#held ?? stored);
    const state = set === stored ? storedState : readCertificates(set);
    const trusted = state.authority !== undefined && isTrusted(state.authority.pem);
    const plan = planCertificates(state, { now, hosts, trusted, timings });
    const next = await renewCertificates(state, plan, { name: secret.name, now, timings });
    if (sameSet(next, stored)) return plan.checkInMs;
    try {
      await this.#write(current, next, signal);
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error)) throw error;
      return AFTER_CONFLICT_MS;
    }
    this.#held = next;
    this.#log(plan, state);
    return 0;
  }

  async #write(current: Secret | undefined, set: CertificateSet, signal: AbortSignal): Promise<void> {
    const { client, secret } = this.#options;
    if (!current) {
      await client.create(secrets, createSecret(secret, set), { signal });
      return;
    }
    const metadata = { uid: current.metadata.uid, resourceVersion: current.metadata.resourceVersion };
    await client.patch(secrets, secret, { metadata, data: secretData(set) }, { signal });
  }

  #log(
    { newAuthority, newServer, authorities }: ReturnType<typeof planCertificates>,
    { server }: CertificateState,
  ): void {
    const { logger, secret } = this.#options;
    logger.info('Wrote the webhook certificates', {
      secret: keyOf({ metadata: secret }),
      authority: newAuthority?.why,
      server: newServer?.why,
      trustedBefore: authorities.length,
      validToBefore: server && new Date(server.validTo).toISOString(),
    });
  }
}
