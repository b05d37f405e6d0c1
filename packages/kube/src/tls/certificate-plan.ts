import { BACKDATE_MS } from './certificate-authority.ts';
import { coversHost } from './certificate-state.ts';
import type { CertificateState, CertificateView } from './certificate-state.ts';

/** How long certificates live and wait, in milliseconds. */
export interface CertificateTimings {
  /** Life of an authority. */
  readonly authorityMs: number;
  /** Life of a server certificate. */
  readonly serverMs: number;
  /** How long a new authority is announced before it signs, so that every API server trusts it by then. */
  readonly settleMs: number;
}

const DAY_MS = 86_400_000;

export const CERTIFICATE_TIMINGS: CertificateTimings = {
  authorityMs: 3650 * DAY_MS,
  serverMs: 90 * DAY_MS,
  settleMs: 600_000,
};

/** What stands now, and what is wanted. */
export interface CertificateWish {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** DNS names and IP addresses that the server is called by. */
  readonly hosts: readonly string[];
  /** Whether those who call trust the authority that would sign. */
  readonly trusted: boolean;
  readonly timings: CertificateTimings;
}

/** What is to be made; `why` is for logs. */
export interface CertificatePlan {
  readonly newAuthority: { readonly why: string } | undefined;
  readonly newServer: { readonly why: string; readonly hosts: readonly string[] } | undefined;
  /** PEM of the authorities that stay trusted, the newest first; a new one comes before them. */
  readonly authorities: readonly string[];
  /** Milliseconds until there may be something to do. */
  readonly checkInMs: number;
}

/** However far the next step is: the wall clock may be set meanwhile. */
const CHECK_EVERY_MS = 3_600_000;
/** Each authority is a kilobyte in every webhook of the configuration. */
const MAX_AUTHORITIES = 4;

/**
 * What must be made, renewed and forgotten so that a server can always be trusted: an authority is announced for a while
 * before it signs, and stays trusted until all that the one before has signed is out of date. So callers and replicas may
 * learn of a step late, and at different times.
 */
export function planCertificates(state: CertificateState, wish: CertificateWish): CertificatePlan {
  const { now, timings } = wish;
  const why = authorityFault(state, now);
  const authority = why === undefined ? state.authority : undefined;
  const newServer = planServer(state, authority, wish);
  const instants = [
    ...(state.server ? [dueAt(state.server)] : []),
    ...(authority ? [dueAt(authority), settledAt(authority, timings), supersededAt(authority, timings)] : []),
  ];
  return {
    newAuthority: why === undefined ? undefined : { why },
    newServer,
    authorities: keptAuthorities(state, authority, wish),
    checkInMs: Math.min(CHECK_EVERY_MS, ...instants.filter(instant => instant > now).map(instant => instant - now)),
  };
}

/** Whether a set is all there and good at this time; it may still be due for renewal. */
export function isSound({ authority, server }: CertificateState, now: number): boolean {
  return authority !== undefined && isValid(authority, now) && server?.issuer !== undefined && isValid(server, now);
}

function authorityFault({ authority, authorities }: CertificateState, now: number): string | undefined {
  if (!authority) return authorities.length > 0 ? 'the key of the authority is not there' : 'there is no authority';
  if (!isValid(authority, now)) return 'the authority is out of date';
  return now >= dueAt(authority) ? 'the authority is due for renewal' : undefined;
}

/** `authority` is undefined when a new one is made first. */
function planServer(
  { server }: CertificateState,
  authority: CertificateState['authority'],
  { now, hosts, trusted, timings }: CertificateWish,
): CertificatePlan['newServer'] {
  if (!server) return { why: 'there is no certificate with a key', hosts };
  if (server.issuer === undefined) return { why: 'the certificate is of an authority that is not trusted', hosts };
  if (!isValid(server, now)) return { why: 'the certificate is out of date', hosts };
  const known = authority !== undefined && server.issuer === authority.pem;
  // What is served now is good: whoever calls must trust the new authority before anything of it is shown to them.
  if (!known && (!authority || !trusted || now < settledAt(authority, timings))) return undefined;
  if (!known) return { why: 'there is a newer authority', hosts };
  if (now >= dueAt(server)) return { why: 'the certificate is due for renewal', hosts };
  const missing = hosts.filter(host => !coversHost(server.cert, host));
  if (missing.length === 0) return undefined;
  // The other names stay: replicas of two versions would take turns for ever.
  return { why: `the certificate is not for ${missing.join(', ')}`, hosts: [...new Set([...hosts, ...server.hosts])] };
}

function keptAuthorities(
  { authorities, server }: CertificateState,
  authority: CertificateState['authority'],
  { now, timings }: CertificateWish,
): readonly string[] {
  const kept = authorities.filter(({ pem, validTo }) => {
    if (pem === authority?.pem || pem === server?.issuer) return true;
    const superseded = authority !== undefined && now >= supersededAt(authority, timings);
    return now < validTo && !superseded;
  });
  const rank = (pem: string): number => (pem === authority?.pem ? 0 : pem === server?.issuer ? 1 : 2);
  const order = kept.map(({ pem }) => pem).toSorted((a, b) => rank(a) - rank(b));
  return order.slice(0, authority ? MAX_AUTHORITIES : MAX_AUTHORITIES - 1);
}

function isValid({ validFrom, validTo }: CertificateView, now: number): boolean {
  return validFrom <= now && now < validTo;
}

/** When it was made: it is dated back, unless somebody else has made it. */
function madeAt({ validFrom, validTo }: CertificateView): number {
  return validFrom + BACKDATE_MS < validTo ? validFrom + BACKDATE_MS : validFrom;
}

/** Two thirds of its life: enough is left to notice that it could not be renewed. */
function dueAt(certificate: CertificateView): number {
  const from = madeAt(certificate);
  return from + ((certificate.validTo - from) * 2) / 3;
}

function settledAt(authority: CertificateView, { settleMs }: CertificateTimings): number {
  return madeAt(authority) + settleMs;
}

/** By then all that an older authority has signed is out of date. */
function supersededAt(authority: CertificateView, timings: CertificateTimings): number {
  return settledAt(authority, timings) + timings.serverMs;
}
