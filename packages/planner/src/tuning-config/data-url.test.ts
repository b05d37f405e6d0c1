import { assert, ipV6, oneof, property, string, webUrl } from 'fast-check';
import { checkDataUrl } from './data-url.ts';

const field = 'tuning.input.urls[0]';

test.each([
  'https://huggingface.co/datasets/a/b/resolve/main/data.parquet?download=true',
  'http://example.com:8080/data.csv',
  'https://8.8.8.8/data.csv',
  'https://[2001:4860:4860::8888]/data.csv',
  'https://10.example.com/',
  'https://localhost.example.com/',
])('%s is a public place', url => {
  expect(checkDataUrl(url, field)).toEqual([]);
});

test.each([
  ['http://localhost/data', 'this machine'],
  ['http://LOCALHOST./data', 'this machine'],
  ['http://a.localhost/data', 'this machine'],
  ['http://127.0.0.1/data', 'this machine'],
  ['http://127.1/data', 'this machine'],
  ['http://2130706433/data', 'this machine'],
  ['http://0x7f.0.0.1/data', 'this machine'],
  ['http://0177.0.0.1/data', 'this machine'],
  ['http://0.0.0.0/data', 'this machine'],
  ['http://10.1.2.3/data', 'private'],
  ['http://172.31.255.255/data', 'private'],
  ['http://192.168.0.1/data', 'private'],
  ['http://100.64.0.1/data', 'private'],
  ['http://169.254.169.254/latest/meta-data', 'link-local'],
  ['http://168.63.129.16/machine', 'Azure itself'],
  ['http://224.0.0.1/data', 'not for one machine'],
  ['http://255.255.255.255/data', 'not for one machine'],
  ['http://[::1]/data', 'this machine'],
  ['http://[::]/data', 'this machine'],
  ['http://[::ffff:169.254.169.254]/data', 'link-local'],
  ['http://[64:ff9b::10.0.0.1]/data', 'private'],
  ['http://[fd00::1]/data', 'private'],
  ['http://[fe80::1]/data', 'link-local'],
  ['http://[ff02::1]/data', 'not for one machine'],
  ['http://user@127.0.0.1:80/data', 'this machine'],
  ['http://metadata.google.internal/computeMetadata/v1', 'metadata service'],
  ['http://metadata.google/x', 'metadata service'],
  ['http://instance-data.ec2.internal/x', 'metadata service'],
])('%s is refused', (url, what) => {
  const [problem] = checkDataUrl(url, field);
  expect(problem).toMatchObject({ code: 'DataUrlRefused', field });
  expect(problem?.message).toContain(what);
  expect(problem?.message).toContain('use a public address, or a volume');
});

test.each([
  '',
  'data.csv',
  'ftp://example.com/data',
  'file:///etc/passwd',
  'http://',
  'http://[::1',
  `http://${'a'.repeat(999)}^`,
])('%j is no link', url => {
  const [problem] = checkDataUrl(url, field);
  expect(problem?.message).toContain('use http:// or https://');
  expect(problem?.message.length).toBeLessThan(250);
});

test('a network ends where the registry says', () => {
  for (const host of ['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '128.0.0.1', '223.255.255.255'])
    expect([host, checkDataUrl(`http://${host}/`, field)]).toEqual([host, []]);
});

test('takes any text', () => {
  assert(
    property(
      oneof(
        string(),
        webUrl(),
        ipV6().map(ip => `http://[${ip}]/`),
      ),
      url => {
        expect(checkDataUrl(url, field).length).toBeLessThanOrEqual(1);
      },
    ),
  );
});
