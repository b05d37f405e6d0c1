import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { parse } from 'yaml';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { createCertificates, type Certificates } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';

const NOW = Date.now();
const read = (file: string): string => readFileSync(file, 'utf8');
const decode = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString();

describe('createCertificates', () => {
  const folder = useTemporaryFolder();
  let made: Certificates;
  beforeEach(async () => {
    made = await createCertificates(join(folder(), 'pki'), NOW);
  });

  test('the server and the administrator are vouched for by the authority, for a month', () => {
    const ca = new X509Certificate(made.ca);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    for (const pem of [read(made.serverCertFile), made.admin.cert]) {
      const leaf = new X509Certificate(pem);
      expect(leaf.checkIssued(ca)).toBe(true);
      expect(leaf.verify(ca.publicKey)).toBe(true);
      expect(leaf.ca).toBe(false);
      expect(leaf.validFromDate.getTime()).toBeLessThan(NOW);
      expect(leaf.validToDate.getTime()).toBeGreaterThan(NOW + 29 * 24 * 3600 * 1000);
    }
  });

  test('the server is known by the loopback address and as localhost', () => {
    const server = new X509Certificate(read(made.serverCertFile));
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkHost('example.com')).toBeUndefined();
  });

  test('the administrator is of system:masters', () => {
    expect(new X509Certificate(made.admin.cert).subject).toContain('O=system:masters');
  });

  test('server and administrator recognise each other over TLS', async () => {
    const server = createServer({
      cert: read(made.serverCertFile),
      key: read(made.serverKeyFile),
      ca: made.ca,
      requestCert: true,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const client = connect({ host: '127.0.0.1', port, ca: made.ca, ...made.admin });
    try {
      const seen = once(server, 'secureConnection');
      await once(client, 'secureConnect');
      expect(await seen).toMatchObject([{ authorized: true }]);
      expect(client.authorized).toBe(true);
    } finally {
      client.destroy();
      server.close();
    }
  });

  test('what is signed with the service account key can be checked with the public one', () => {
    const data = Buffer.from('token');
    const signature = sign('sha256', data, createPrivateKey(read(made.serviceAccountKeyFile)));
    expect(verify('sha256', data, createPublicKey(read(made.serviceAccountPublicKeyFile)), signature)).toBe(true);
  });

  test('keys are for our eyes only', () => {
    for (const file of [made.serverKeyFile, made.serviceAccountKeyFile]) expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('the kubeconfig holds all that a client needs', async () => {
    const file = join(folder(), 'kubeconfig');
    await writeKubeconfig(file, 'https://127.0.0.1:6443', made);
    expect(statSync(file).mode & 0o077).toBe(0);
    const config: { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] } =
      parse(read(file));
    expect(config.clusters[0].cluster['server']).toBe('https://127.0.0.1:6443');
    expect(decode(config.clusters[0].cluster['certificate-authority-data'])).toBe(made.ca);
    expect(decode(config.users[0].user['client-certificate-data'])).toBe(made.admin.cert);
    expect(decode(config.users[0].user['client-key-data'])).toBe(made.admin.key);
  });
});
