import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resumeDownload } from './resume-download.ts';

const content = 'abcdefghij';
let folder: string;
let file: string;
let server: Server | undefined;
const ranges: (string | undefined)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kaito-resume-'));
  file = join(folder, 'part');
  ranges.length = 0;
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/file`;
}

const knowsRanges = (request: IncomingMessage, response: ServerResponse): void => {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200).end(content.slice(start));
};

test('goes on from where an earlier attempt was cut off', async () => {
  let cut = true;
  const url = await serve((request, response) => {
    if (!cut) return knowsRanges(request, response);
    cut = false;
    response.writeHead(200, { 'content-length': content.length }).write(content.slice(0, 4));
    const cutWhenWritten = setInterval(() => {
      if (!existsSync(file) || statSync(file).size < 4) return;
      clearInterval(cutWhenWritten);
      response.destroy();
    }, 5);
  });
  const seen: number[] = [];
  const options = { bytes: content.length, onBytes: (bytes: number) => seen.push(bytes) };
  await expect(resumeDownload(url, file, options)).rejects.toThrow(url);
  await resumeDownload(url, file, options);
  expect(readFileSync(file, 'utf8')).toBe(content);
  expect(ranges).toEqual([undefined, 'bytes=4-']);
  expect(seen.at(-1)).toBe(content.length);
});

test('takes the whole file anew from a server that does not know ranges', async () => {
  writeFileSync(file, 'abcd');
  const url = await serve((_, response) => response.end(content));
  await resumeDownload(url, file, { bytes: content.length });
  expect(readFileSync(file, 'utf8')).toBe(content);
});

test('asks for nothing when everything is there', async () => {
  writeFileSync(file, content);
  await expect(resumeDownload('http://127.0.0.1:1/file', file, { bytes: content.length })).resolves.toBeUndefined();
});

test.each([
  ['an error of the server', (response: ServerResponse) => response.writeHead(403).end(), /answered 403/],
  [
    'more than was expected',
    (response: ServerResponse) => response.end(content.repeat(2)),
    /more than the expected 10 bytes/,
  ],
  ['a server that says nothing', () => undefined, /no data for 0.2 s/],
])('says what went wrong: %s', async (_, answer, message) => {
  const url = await serve((_request, response) => void answer(response));
  await expect(resumeDownload(url, file, { bytes: content.length, stallTimeoutMs: 200 })).rejects.toThrow(message);
});
