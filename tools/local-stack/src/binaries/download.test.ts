import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { useReleaseServer } from '../fixtures/release-server.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { download, downloadText } from './download.ts';

describe('download', () => {
  const folder = useTemporaryFolder();
  const server = useReleaseServer();
  const file = (): string => join(folder(), 'file');

  test('writes the file, gives its sum and tells how far it is', async () => {
    const content = Buffer.alloc(300_000, 'kaito');
    server().serve('/tool', (_request, response) => response.setHeader('content-length', content.length).end(content));
    const seen: (readonly [number, number | undefined])[] = [];
    const sum = await download(`${server().url}/tool`, file(), {
      onBytes: (received, total) => seen.push([received, total]),
    });
    expect(sum).toBe(createHash('sha256').update(content).digest('hex'));
    expect(readFileSync(file())).toEqual(content);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
  });

  test('reads a text', async () => {
    server().serve('/sum', 'über\n');
    expect(await downloadText(`${server().url}/sum`)).toBe('über\n');
  });

  test('follows redirects, as release pages send them', async () => {
    server().serve('/here', (_request, response) => response.writeHead(302, { location: '/there' }).end());
    server().serve('/there', 'found');
    expect(await downloadText(`${server().url}/here`)).toBe('found');
  });

  test('names the status of an answer that is not 200', async () => {
    await expect(download(`${server().url}/none`, file())).rejects.toThrow(/\/none: the server answered 404 Not Found/);
  });

  test('notices a connection that was cut in the middle', async () => {
    server().serve('/cut', (_request, response) => {
      response.setHeader('content-length', 1000);
      response.write('half', () => response.destroy());
    });
    await expect(download(`${server().url}/cut`, file())).rejects.toThrow(/\/cut: .*(closed|terminated|reset)/i);
  });

  test('gives up on a server that does not answer', async () => {
    server().serve('/mute', () => undefined);
    const answer = download(`${server().url}/mute`, file(), { connectTimeoutMs: 50 });
    await expect(answer).rejects.toThrow(/\/mute: no answer within 0\.05 s/);
  });

  test('gives up on a transfer that stalls, and says after how much', async () => {
    server().serve('/slow', (_request, response) => {
      response.setHeader('content-length', 1000);
      response.write('half');
    });
    await expect(download(`${server().url}/slow`, file(), { stallTimeoutMs: 50 })).rejects.toThrow(
      /\/slow: no data for 0\.05 s, after 4 bytes/,
    );
  });

  test('does not give up on a slow transfer that goes on', async () => {
    server().serve('/steady', (_request, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        response.write('x');
        if (++sent < 10) return;
        clearInterval(timer);
        response.end();
      }, 30);
    });
    expect(await downloadText(`${server().url}/steady`, { stallTimeoutMs: 200 })).toBe('x'.repeat(10));
  });

  test('says so when nobody listens', async () => {
    const closed = createServer();
    const port = await new Promise<number>(resolve => {
      closed.listen(0, '127.0.0.1', () => {
        const address = closed.address();
        closed.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    await expect(downloadText(`http://127.0.0.1:${port}/x`)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('ends with the reason of its signal', async () => {
    server().serve('/mute', () => undefined);
    const stop = new AbortController();
    const answer = download(`${server().url}/mute`, file(), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});
