import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import { BACKDATE_MS, createCertificateAuthority, issueCertificate } from './certificate-authority.ts';
import type { CertificateAndKey } from './certificate-authority.ts';
import { serviceHosts } from './hosts.ts';

const now = Date.now();
const life = { now, lifetimeMs: 60_000, backdateMs: BACKDATE_MS };

let authority: CertificateAndKey;

beforeAll(async () => {
  authority = await createCertificateAuthority({ ...life, subject: 'CN=ca' });
});

test('an authority may sign certificates, but no further authorities', async () => {
  const certificate = new X509Certificate(authority.cert);
  expect(certificate).toMatchObject({ ca: true, subject: 'CN=ca' });
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.validToDate.getTime()).toBe(Math.floor((now + 60_000) / 1000) * 1000);
  expect(certificate.validFromDate.getTime()).toBeLessThanOrEqual(now - BACKDATE_MS);
});

test('a server certificate is good for its names and addresses, and for nothing else', async () => {
  const hosts = [...serviceHosts('webhook', 'kaito'), '127.0.0.1', '::1'];
  const { cert } = await issueCertificate(authority, { ...life, subject: 'CN=server', usage: 'server', hosts });
  const leaf = new X509Certificate(cert);
  expect(leaf.checkIssued(new X509Certificate(authority.cert))).toBe(true);
  expect(leaf.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
  expect(leaf.ca).toBe(false);
  // The serverAuth purpose (RFC 5280 §4.2.1.12).
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(leaf.checkHost('webhook.kaito.svc')).toBe('webhook.kaito.svc');
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(leaf.checkIP('::1')).toBeDefined();
  expect(leaf.checkHost('webhook.default.svc')).toBeUndefined();
});

test('server and client know each other over TLS, among authorities of the same name', async () => {
  const other = await createCertificateAuthority({ ...life, subject: 'CN=ca' });
  const hosts = ['localhost'];
  const server = await issueCertificate(authority, { ...life, subject: 'CN=server', usage: 'server', hosts });
  const client = await issueCertificate(authority, { ...life, subject: 'CN=client', usage: 'client' });
  const ca = other.cert + authority.cert;
  const listener = createServer({ ...server, ca, requestCert: true, rejectUnauthorized: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const seen = once(listener, 'secureConnection');
  const socket = connect({ host: '127.0.0.1', servername: 'localhost', port, ca, ...client });
  try {
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    expect(await seen).toMatchObject([{ authorized: true }]);
  } finally {
    socket.destroy();
    listener.close();
  }
});

test('an authority that cannot be read is an error', async () => {
  const options = { ...life, subject: 'CN=x', usage: 'client' } as const;
  await expect(issueCertificate({ cert: 'none', key: authority.key }, options)).rejects.toThrow(
    'authority cannot sign',
  );
  await expect(issueCertificate({ ...authority, key: 'none' }, options)).rejects.toThrow('authority cannot sign');
});
