import { BACKDATE_MS, createCertificateAuthority, issueCertificate } from './certificate-authority.ts';
import { CERTIFICATE_TIMINGS, isSound, planCertificates } from './certificate-plan.ts';
import type { CertificateWish } from './certificate-plan.ts';
import { readCertificates } from './certificate-state.ts';
import type { CertificateSet, CertificateState } from './certificate-state.ts';
import { renewCertificates } from './renew-certificates.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const HOSTS = ['webhook.kaito.svc'];
const timings = CERTIFICATE_TIMINGS;
const EMPTY: CertificateSet = { bundle: '', authorityKey: '', server: { cert: '', key: '' } };

function wish(now: number, more: Partial<CertificateWish> = {}): CertificateWish {
  return { now, hosts: HOSTS, trusted: true, timings, ...more };
}

/** Plans and makes what is due at `now`. */
async function step(set: CertificateSet, now: number, more: Partial<CertificateWish> = {}): Promise<CertificateSet> {
  const state = readCertificates(set);
  return renewCertificates(state, planCertificates(state, wish(now, more)), { name: 'test', now, timings });
}

const issuerOf = ({ server }: CertificateState): string | undefined => server?.issuer;

test('from nothing there is an authority of ten years and a server certificate of 90 days', async () => {
  const set = await step(EMPTY, START);
  const state = readCertificates(set);
  expect(isSound(state, START)).toBe(true);
  expect(state.server?.hosts).toEqual(HOSTS);
  expect(state.authority?.validTo).toBe(START + 3650 * DAY);
  expect(state.server?.validTo).toBe(START + 90 * DAY);
});

test('what is good is left as it is, to the byte', async () => {
  const set = await step(EMPTY, START);
  for (const day of [0, 1, 30, 59]) await expect(step(set, START + day * DAY)).resolves.toEqual(set);
});

test('the server certificate is renewed after two thirds of its life, by the same authority', async () => {
  const set = await step(EMPTY, START);
  const renewed = await step(set, START + 60 * DAY);
  expect(renewed.bundle).toBe(set.bundle);
  expect(renewed.authorityKey).toBe(set.authorityKey);
  expect(readCertificates(renewed).server?.validTo).toBe(START + 150 * DAY);
});

test('in twelve years, whoever is months behind with either side is still trusted', async () => {
  let set = await step(EMPTY, START);
  let state = readCertificates(set);
  const authorities = new Set<string>();
  /** What was ever served and is not out of date, by its end, with the authority of it. */
  let served: { readonly validTo: number; readonly issuer: string }[] = [];
  for (let now = START; now < START + 12 * 365 * DAY; now += 25 * DAY) {
    const known = state.authorities.map(({ pem }) => pem);
    set = await step(set, now);
    state = readCertificates(set);
    const { server } = state;
    if (!isSound(state, now) || !server?.issuer) throw new Error(`not sound on ${new Date(now).toISOString()}`);
    // Nothing is served of an authority that callers have not heard of before.
    if (!known.includes(server.issuer)) throw new Error(`a stranger signs on ${new Date(now).toISOString()}`);
    served = [...served, { validTo: server.validTo, issuer: server.issuer }].filter(({ validTo }) => validTo > now);
    const bundle = new Set(state.authorities.map(({ pem }) => pem));
    // A replica that has slept serves whatever was good once.
    expect(served.filter(({ issuer }) => !bundle.has(issuer))).toEqual([]);
    for (const pem of bundle) authorities.add(pem);
  }
  expect(authorities.size).toBe(2);
  expect(state.authorities).toHaveLength(1);
}, 30_000);

describe('a new authority', () => {
  let old: CertificateSet;
  /** The key of the authority is lost, as with certificates of KAITO, which keep none. */
  let announced: CertificateSet;

  beforeEach(async () => {
    old = await step(EMPTY, START);
    announced = await step({ ...old, authorityKey: '' }, START + DAY);
  });

  test('is announced first, while the old certificate is served', () => {
    expect(announced.server).toEqual(old.server);
    expect(announced.bundle).toContain(old.bundle);
    expect(readCertificates(announced).authorities).toHaveLength(2);
  });

  test('signs when it has been announced for a while and is trusted', async () => {
    const settled = START + DAY + timings.settleMs;
    await expect(step(announced, settled - 1_000)).resolves.toEqual(announced);
    await expect(step(announced, settled + 1_000, { trusted: false })).resolves.toEqual(announced);
    const signed = readCertificates(await step(announced, settled + 1_000));
    expect(issuerOf(signed)).toBe(signed.authority?.pem);
    expect(signed.authorities).toHaveLength(2);
  });

  test('signs at once when what is served is good no longer, trusted or not', async () => {
    const state = readCertificates(await step(announced, START + 91 * DAY, { trusted: false }));
    expect(issuerOf(state)).toBe(state.authority?.pem);
  });

  test('says when to look again', () => {
    const state = readCertificates(announced);
    const { checkInMs } = planCertificates(state, wish(START + DAY + 1_000));
    expect(checkInMs).toBe(timings.settleMs - 1_000);
  });
});

test('a look every hour, however far the next step is', async () => {
  const state = readCertificates(await step(EMPTY, START));
  expect(planCertificates(state, wish(START + DAY)).checkInMs).toBe(3_600_000);
});

test('another name is added to those that there are, so that replicas of two versions agree', async () => {
  const first = await step(EMPTY, START);
  const both = await step(first, START + DAY, { hosts: ['127.0.0.1'] });
  expect(readCertificates(both).server?.hosts).toEqual(['127.0.0.1', ...HOSTS]);
  await expect(step(both, START + DAY)).resolves.toEqual(both);
});

test.each<[what: string, spoil: (set: CertificateSet) => CertificateSet]>([
  ['no bundle', set => ({ ...set, bundle: '' })],
  ['text that is no certificate', set => ({ ...set, server: { ...set.server, cert: 'hello' } })],
  ['a key of something else', set => ({ ...set, server: { ...set.server, key: set.authorityKey } })],
  ['a broken certificate', set => ({ ...set, bundle: set.bundle.replace(/[A-Z]{4}/, 'AAAA').slice(0, -60) })],
])('with %s a sound set is made', async (_what, spoil) => {
  const set = spoil(await step(EMPTY, START));
  expect(isSound(readCertificates(set), START)).toBe(false);
  expect(isSound(readCertificates(await step(set, START)), START)).toBe(true);
});

test('a server certificate is no authority, and one of a stranger is replaced', async () => {
  const set = await step(EMPTY, START);
  const life = { now: START, lifetimeMs: DAY, backdateMs: BACKDATE_MS };
  const stranger = await createCertificateAuthority({ ...life, subject: 'CN=stranger' });
  const server = await issueCertificate(stranger, { ...life, subject: 'CN=x', usage: 'server', hosts: HOSTS });
  const state = readCertificates({ ...set, bundle: set.bundle + server.cert, server });
  expect(state.authorities).toHaveLength(1);
  expect(state.server?.issuer).toBeUndefined();
  expect(planCertificates(state, wish(START)).newServer?.why).toBe(
    'the certificate is of an authority that is not trusted',
  );
});

test('no more than four authorities are trusted, however often keys are lost', async () => {
  let set = await step(EMPTY, START);
  for (let day = 1; day < 8; day++) set = await step({ ...set, authorityKey: '' }, START + day * DAY);
  expect(readCertificates(set).authorities.length).toBe(4);
});
