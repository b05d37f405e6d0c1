import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../binaries/run-program.ts';
import { StackWeb } from './web.ts';

let folder: string;
let web: StackWeb;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'web-'));
  web = await StackWeb.start(folder, 'localhost:1');
});
afterAll(async () => {
  await web.stop();
  rmSync(folder, { recursive: true });
});

const curl = (...args: readonly string[]): Promise<string> =>
  runProgram('curl', ['-q', '-sS', '-w', '%{http_code}', ...args], { env: { PATH: process.env['PATH'], ...web.env } });

test.each([
  'http://example.com/data.json?download=true',
  'https://huggingface.co/datasets/x/data.parquet?download=true',
])('curl gets what is served at %s, and from a byte on', async url => {
  web.serve(url, '0123456789');
  expect(await curl(url)).toBe('0123456789200');
  expect(await curl('-C', '4', url)).toBe('456789206');
  expect(await curl('-H', 'Range: bytes=4-', '-H', 'If-Range: "another"', url)).toMatch(/200$/);
  expect(await curl('-r', '10-', url)).toBe('416');
  expect(await curl('-I', '-o', '/dev/null', url)).toBe('200');
});

test('whatever else is asked for is not there, and a handler answers as it likes', async () => {
  expect(await curl('https://example.com/data.json')).toMatch(/nothing at https:\/\/example\.com\/data\.json\n404$/);
  web.serve('https://example.com/moved', (_request, response) => {
    response.writeHead(302, { location: 'https://example.com/there' }).end();
  });
  web.serve('https://example.com/there', 'here');
  expect(await curl('-L', 'https://example.com/moved')).toBe('here200');
  expect(web.requests).toContain('GET https://example.com/there');
});
