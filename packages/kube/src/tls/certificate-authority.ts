/** A certificate (or several, the first counts) and the key of the first, both as PEM; the key is PKCS #8. */
export interface CertificateAndKey {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Distinguished name, such as `O=system:masters, CN=admin`. */
  readonly subject: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** How long it is valid from `now` on, in milliseconds. */
  readonly lifetimeMs: number;
  /** How long before `now` it starts, in milliseconds, so that a caller whose clock is behind trusts it. */
  readonly backdateMs: number;
}

export interface IssueOptions extends CertificateOptions {
  readonly usage: 'server' | 'client';
  /** DNS names and IP addresses that a server answers to. */
  readonly hosts?: readonly string[];
}

/** One hour: more than clocks of one cluster differ, and less than anybody waits for a certificate. */
export const BACKDATE_MS = 3_600_000;

// Signing takes a library of half a megabyte, which a process that only reads certificates need not load.

/** Makes a certificate authority with a new key (ECDSA P-256). */
export async function createCertificateAuthority(options: CertificateOptions): Promise<CertificateAndKey> {
  const { selfSign } = await import('./sign.ts');
  return selfSign(options);
}

/**
 * Makes a new key (ECDSA P-256) and the authority's certificate for it. The authority's certificate is not part of `cert`.
 * @throws Error when the authority's PEM cannot be read.
 */
export async function issueCertificate(
  authority: CertificateAndKey,
  options: IssueOptions,
): Promise<CertificateAndKey> {
  const { sign } = await import('./sign.ts');
  return sign(authority, options);
}
