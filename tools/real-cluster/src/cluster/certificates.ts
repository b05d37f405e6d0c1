import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKDATE_MS, createCertificateAuthority, issueCertificate } from '@kaito/kube';
import { writeKubeconfig } from '@kaito/local-stack';
import { ADDRESSES, PORTS } from './addresses.ts';

const LIFETIME_MS = 24 * 3600 * 1000;

/** Whom a certificate speaks of. */
interface Subject {
  readonly name: string;
  readonly group?: string;
}

/** The cluster's authority, and the files that it has written. */
export interface Authority {
  readonly caFile: string;
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
  /** Issues a certificate for a server. @returns where it and its key lie. */
  server(file: string, hosts: readonly string[]): Promise<{ readonly certFile: string; readonly keyFile: string }>;
  /** Issues a certificate for a client. @returns where it and its key lie. */
  client(file: string, subject: Subject): Promise<{ readonly certFile: string; readonly keyFile: string }>;
  /** Writes a kubeconfig with a certificate of its own. @returns its path. */
  kubeconfig(file: string, subject: Subject): Promise<string>;
}

/** @param folder where everything is written, for us only. @param now milliseconds since the epoch. */
export async function createAuthority(folder: string, now: number): Promise<Authority> {
  await mkdir(folder, { recursive: true });
  const life = { now, lifetimeMs: LIFETIME_MS, backdateMs: BACKDATE_MS };
  const authority = await createCertificateAuthority({ ...life, subject: 'CN=kaito-real-cluster-ca' });
  const save = async (name: string, content: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  };
  const saveBoth = async (file: string, made: { readonly cert: string; readonly key: string }) => ({
    certFile: await save(`${file}.crt`, made.cert),
    keyFile: await save(`${file}.key`, made.key),
  });
  const issueClient = ({ name, group }: Subject): ReturnType<typeof issueCertificate> =>
    issueCertificate(authority, { ...life, subject: group ? `O=${group}, CN=${name}` : `CN=${name}`, usage: 'client' });
  const serviceAccount = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    caFile: await save('ca.crt', authority.cert),
    serviceAccountKeyFile: await save('service-account.key', serviceAccount.privateKey),
    serviceAccountPublicKeyFile: await save('service-account.pub', serviceAccount.publicKey),
    server: async (file, hosts) =>
      saveBoth(file, await issueCertificate(authority, { ...life, subject: `CN=${hosts[0]}`, usage: 'server', hosts })),
    client: async (file, subject) => saveBoth(file, await issueClient(subject)),
    kubeconfig: async (file, subject) => {
      const path = join(folder, `${file}.kubeconfig`);
      const server = `https://${ADDRESSES.controlPlane}:${PORTS.apiServer}`;
      await writeKubeconfig(path, server, { ca: authority.cert, admin: await issueClient(subject) });
      return path;
    },
  };
}
