import { BACKDATE_MS, createCertificateAuthority, issueCertificate } from './certificate-authority.ts';
import type { CertificateAndKey } from './certificate-authority.ts';
import type { CertificatePlan, CertificateTimings } from './certificate-plan.ts';
import type { CertificateSet, CertificateState } from './certificate-state.ts';

export interface RenewOptions {
  /** On the certificates, for people who look at them. */
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly timings: CertificateTimings;
}

interface Signer extends CertificateAndKey {
  readonly validTo: number;
}

/** Makes what the plan says. @throws Error when a certificate cannot be made, as with a host that is no DNS name. */
export async function renewCertificates(
  state: CertificateState,
  plan: CertificatePlan,
  options: RenewOptions,
): Promise<CertificateSet> {
  const made = plan.newAuthority ? [await makeAuthority(options)] : [];
  const [signer] = [...made, ...knownAuthority(state)];
  const server = plan.newServer && signer ? await makeServer(signer, plan.newServer.hosts, options) : state.server;
  return {
    bundle: [...made.map(({ cert }) => cert), ...plan.authorities].join(''),
    authorityKey: signer?.key ?? '',
    server: { cert: server?.cert ?? '', key: server?.key ?? '' },
  };
}

function knownAuthority({ authority }: CertificateState): readonly Signer[] {
  return authority ? [{ cert: authority.pem, key: authority.key, validTo: authority.validTo }] : [];
}

async function makeAuthority({ name, now, timings }: RenewOptions): Promise<Signer> {
  // The date tells authorities apart for people and for those who look them up by name.
  const subject = `CN=${name}-ca, OU=${new Date(now).toISOString()}`;
  const lifetimeMs = timings.authorityMs;
  const made = await createCertificateAuthority({ subject, now, lifetimeMs, backdateMs: BACKDATE_MS });
  return { ...made, validTo: now + lifetimeMs };
}

function makeServer(
  signer: Signer,
  hosts: readonly string[],
  { name, now, timings }: RenewOptions,
): Promise<CertificateAndKey> {
  const lifetimeMs = Math.min(timings.serverMs, signer.validTo - now);
  return issueCertificate(signer, {
    subject: `CN=${name}`,
    usage: 'server',
    hosts,
    now,
    lifetimeMs,
    backdateMs: BACKDATE_MS,
  });
}
