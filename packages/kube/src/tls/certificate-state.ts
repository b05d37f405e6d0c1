import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIpAddress } from './hosts.ts';
import type { CertificateAndKey } from './certificate-authority.ts';

/** What a server that certifies itself keeps, all as PEM. */
export interface CertificateSet {
  /** The authorities that callers trust, the newest first. */
  readonly bundle: string;
  /** Key of one of the authorities, by which certificates are signed. */
  readonly authorityKey: string;
  readonly server: CertificateAndKey;
}

/** A certificate as far as decisions need it; times in milliseconds since the Unix epoch. */
export interface CertificateView {
  readonly pem: string;
  readonly validFrom: number;
  readonly validTo: number;
}

/** The server's certificate. */
export interface ServerView extends CertificateView {
  /** PEM of the authority that issued it; undefined when that one is not in the bundle. */
  readonly issuer: string | undefined;
  readonly hosts: readonly string[];
}

/** What a set is worth. Parts that cannot be read are left out. */
export interface CertificateState {
  readonly authorities: readonly CertificateView[];
  /** The authority that can sign, as its key is there. */
  readonly authority: (CertificateView & { readonly key: string }) | undefined;
  /** Undefined when its key does not fit, too. */
  readonly server: (ServerView & CertificateAndKey) | undefined;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Reads a set that anybody may have written: never throws. */
export function readCertificates({ bundle, authorityKey, server }: CertificateSet): CertificateState {
  const authorities = [...new Set(bundle.match(CERTIFICATE))].flatMap(parse).filter(({ ca }) => ca);
  const key = parseKey(authorityKey);
  const signer = key && authorities.find(authority => authority.checkPrivateKey(key));
  return {
    authorities: authorities.map(view),
    authority: signer && { ...view(signer), key: authorityKey },
    server: readServer(server, authorities),
  };
}

function readServer(
  { cert, key }: CertificateAndKey,
  authorities: readonly X509Certificate[],
): CertificateState['server'] {
  const [leaf] = parse(cert.match(CERTIFICATE)?.[0] ?? '');
  const privateKey = parseKey(key);
  if (!leaf || !privateKey || !leaf.checkPrivateKey(privateKey)) return undefined;
  const issuer = authorities.find(authority => leaf.checkIssued(authority) && leaf.verify(authority.publicKey));
  return { ...view(leaf), issuer: issuer && pemOf(issuer), hosts: hostsOf(leaf), cert, key };
}

/** The subject alternative names; Node writes them as `DNS:a, IP Address:1.2.3.4`. */
function hostsOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName
    .split(', ')
    .map(name => name.replace(/^(DNS|IP Address):/, ''))
    .filter(name => name !== '');
}

/** Whether a server certificate (PEM) is good for `host`; the same IPv6 address is written in many ways. */
export function coversHost(certificate: string, host: string): boolean {
  const [leaf] = parse(certificate);
  return (isIpAddress(host) ? leaf?.checkIP(host) : leaf?.checkHost(host)) !== undefined;
}

function view(certificate: X509Certificate): CertificateView {
  const { validFromDate, validToDate } = certificate;
  return { pem: pemOf(certificate), validFrom: validFromDate.getTime(), validTo: validToDate.getTime() };
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString().trimEnd()}\n`;
}

function parse(text: string): X509Certificate[] {
  try {
    return [new X509Certificate(text)];
  } catch {
    return [];
  }
}

function parseKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
