import { BACKDATE_MS, createCertificateAuthority, issueCertificate } from '@kaito/kube';

const LIFETIME_MS = 365 * 24 * 3600 * 1000;

export interface ServerCertificate {
  /** PEM of the certificate authority, for callers to trust. */
  readonly ca: string;
  /** PEM of the server's certificate. */
  readonly cert: string;
  /** PEM (PKCS #8) of the server's key; it never leaves the process. */
  readonly key: string;
}

/**
 * Makes a certificate authority and a server certificate of it, both for a year. The authority's key is dropped at once,
 * so nothing else can ever be signed with it.
 * @param hosts DNS names and IP addresses that the server answers to.
 */
export async function createServerCertificate(hosts: readonly string[]): Promise<ServerCertificate> {
  // Callers judge it by the machine's clock, whatever clock the emulator runs on.
  const life = { now: Date.now(), lifetimeMs: LIFETIME_MS, backdateMs: BACKDATE_MS };
  const authority = await createCertificateAuthority({ ...life, subject: 'CN=Azure emulator CA (not Microsoft)' });
  const server = await issueCertificate(authority, { ...life, subject: 'CN=Azure emulator', usage: 'server', hosts });
  return { ca: authority.cert, ...server };
}
