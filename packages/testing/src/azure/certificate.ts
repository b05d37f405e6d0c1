import { BACKDATE_MS, createCertificateAuthority, issueCertificate, type CertificateAndKey } from '@kaito/kube';

/**
 * A certificate for 127.0.0.1 and localhost, good for a day, and its key; both in PEM. `cert` holds its authority as well,
 * so it serves both sides: the server shows it, and the client trusts it.
 */
export async function createCertificate(): Promise<CertificateAndKey> {
  const life = { now: Date.now(), lifetimeMs: 86_400_000, backdateMs: BACKDATE_MS };
  const authority = await createCertificateAuthority({ ...life, subject: 'CN=CA of the tests' });
  const hosts = ['127.0.0.1', 'localhost'];
  const server = await issueCertificate(authority, { ...life, subject: 'CN=tests', usage: 'server', hosts });
  return { cert: server.cert + authority.cert, key: server.key };
}
