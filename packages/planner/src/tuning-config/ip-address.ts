/** Addresses that lead back into the cluster or to the machine itself: network, bits of it that count, and what it is. */
const v4Networks: readonly (readonly [network: string, bits: number, what: string])[] = [
  // IANA, special-purpose address registries (RFC 6890).
  ['0.0.0.0', 8, 'this machine'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'this machine'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['224.0.0.0', 3, 'not for one machine'],
  // Azure docs, "What is IP address 168.63.129.16": the platform's own channel to each machine.
  ['168.63.129.16', 32, 'Azure itself'],
];

/** The same for the first 16 bits of an IPv6 address. */
const v6Networks: readonly (readonly [network: number, bits: number, what: string])[] = [
  [0xfc00, 7, 'private'],
  [0xfe80, 10, 'link-local'],
  [0xfec0, 10, 'private'],
  [0xff00, 8, 'not for one machine'],
];

/** First six groups of IPv6 addresses that hold an IPv4 address in the last two (RFC 4291, RFC 6052). */
const v4Prefixes = ['0:0:0:0:0:0', '0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'];

/**
 * Says of an address whether it is one that nobody outside should be able to make our pods call.
 *
 * @param host as `URL.hostname` gives it: an IPv4 address in four decimals, an IPv6 address in brackets, or a name
 * @returns what the address is, in a word or two; undefined for a public one, and for a name
 */
export function innerAddress(host: string): string | undefined {
  if (host.startsWith('[')) return innerV6(host.slice(1, -1));
  const octets = host.split('.');
  return octets.length === 4 && octets.every(octet => /^\d{1,3}$/.test(octet)) ? innerV4(toNumber(host)) : undefined;
}

function innerV4(address: number): string | undefined {
  return v4Networks.find(([network, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor(toNumber(network) / size);
  })?.[2];
}

function toNumber(dotted: string): number {
  return dotted.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function innerV6(address: string): string | undefined {
  const groups = expand(address);
  const [first = 0] = groups;
  const [high = 0, low = 0] = groups.slice(-2);
  const prefix = groups
    .slice(0, 6)
    .map(group => group.toString(16))
    .join(':');
  if (v4Prefixes.includes(prefix)) return innerV4(high * 65_536 + low);
  return v6Networks.find(([network, bits]) => first >> (16 - bits) === network >> (16 - bits))?.[2];
}

/** The eight groups of an address in which `::` may stand for zeros. */
function expand(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const left = parseGroups(head);
  if (tail === undefined) return left;
  const right = parseGroups(tail);
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

function parseGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16));
}
