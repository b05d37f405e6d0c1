import { checkDataUrl } from '@kaito/planner';
import { runScript, useShells } from './run-script.test-data.ts';
import { addressFunctions } from './shell-address.ts';
import { basics } from './shell-basics.ts';

const inner = [
  '0.0.0.0 10.1.2.3 100.64.0.1 100.79.1.1 100.127.255.255 127.0.0.2 169.254.169.254 172.16.0.1',
  '172.29.0.1 172.31.255.255 192.168.1.1 168.63.129.16 224.0.0.1 255.255.255.255 :: ::1',
  '::127.0.0.1 ::ffff:10.0.0.1 ::ffff:a00:1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe fc00::1 fd12:3456::1 fe80::1',
  'fe80::1%eth0 fec0::1 ff02::1',
].flatMap(line => line.split(' '));
const open = [
  '1.1.1.1 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.1.1.1 168.63.129.17 172.15.255.255',
  '172.32.0.1 192.167.1.1 192.169.1.1 223.255.255.255 20.10.0.1 2001:db8::1 2603:1030::10 ::ffff:8.8.8.8',
  '64:ff9b::808:808 f800::1',
].flatMap(line => line.split(' '));
const script = `${basics}
${addressFunctions}
for address in $ADDRESSES; do if isInner "$address"; then printf 'inner %s\\n' "$address"; else printf 'open %s\\n' "$address"; fi; done`;

/** A link to an address, as users write it; they write none with a zone. */
const linkTo = (address: string): string => `http://${address.includes(':') ? `[${address.split('%')[0]}]` : address}/`;

test.each(useShells())('which addresses are inside is judged by $name as by admission', async shell => {
  const { code, stdout } = await runScript(script, shell, { ADDRESSES: [...inner, ...open].join(' ') });
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toEqual([...inner.map(one => `inner ${one}`), ...open.map(one => `open ${one}`)]);
});

test('admission judges them so', () => {
  const judged = [...inner, ...open].filter(address => checkDataUrl(linkTo(address), 'urls[0]').length > 0);
  expect(judged).toEqual(inner);
});
