import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { dataUrlsScript } from './data-urls-script.ts';
import { runScript, useShells, startScript, useFolder, type Ended } from './run-script.test-data.ts';

const big = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `{"line":${index}}`).join('\n'));
const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

describe.each(useShells())('data by URLs, by $name', shell => {
  const folder = useFolder();
  const data = (): string => join(folder(), 'data');
  let server: Server;
  let answers: Map<string, RequestListener | string | Buffer>;
  let requests: string[];
  let port: number;

  beforeEach(async () => {
    answers = new Map();
    requests = [];
    server = createServer((request, response) => {
      const path = request.url ?? '';
      requests.push(`${path} ${request.headers.range ?? ''}`.trim());
      const answer = answers.get(path);
      if (typeof answer === 'function') answer(request, response);
      else response.writeHead(answer === undefined ? 404 : 200).end(answer);
    });
    port = await listen(server, '127.0.0.1');
  });
  afterEach(() => close(server));

  const environment = (urls: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    mkdirSync(join(folder(), 'run'), { recursive: true });
    const DATA_URLS = urls.map(url => (url.startsWith('/') ? `http://127.0.0.1:${port}${url}` : url)).join('\n');
    const where = { DATA_DIR: data(), RUN_DIR: join(folder(), 'run') };
    return { DATA_URLS, ...where, MAX_BYTES: '1000000', ALLOW_INNER: '127.0.0.1', ...env };
  };
  const download = (urls: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    runScript(dataUrlsScript, shell, environment(urls, env));
  const refusal = (path: string, why: string) => ({
    code: 64,
    said: `cannot download http://127.0.0.1:${port}${path}: ${why}`,
    message: `cannot download http://127.0.0.1:${port}${path}: ${why}`,
  });

  test('six files, each under a name of its own, and what they are in sum', async () => {
    answers = new Map([
      ['/a.csv', 'A'],
      ['/x/b.parquet?sig=secret', 'B'],
      ['/y/b.parquet', 'C'],
      ['/', 'D'],
      ['/e%20$.json', 'E'],
      ['/z/.a.csv', 'F'],
    ]);
    const sum = `#sha256=${sha256('F').toUpperCase()}`;
    const paths = ['/a.csv', '/x/b.parquet?sig=secret', '/y/b.parquet', '/', '/e%20$.json', `/z/.a.csv${sum}`];
    const ended = await download([...paths.map(path => `  http://127.0.0.1:${port}${path} \r`), '']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(read(data())).toEqual({
      'a.csv': 'A',
      'b.parquet': 'B',
      '3-b.parquet': 'C',
      data: 'D',
      'e_20_.json': 'E',
      '6-a.csv': 'F',
    });
    const digest = readFileSync(join(folder(), 'run/data.digest'), 'utf8');
    expect(JSON.parse(ended.message)).toEqual({ digest, files: 6, bytes: 6 });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    requests = [];
    expect(await download(paths)).toMatchObject({ code: 0, message: ended.message });
    expect(requests).toEqual([]);
  });

  test('goes on where a connection was cut, and has the whole', async () => {
    let cuts = 0;
    answers.set('/big.jsonl', (request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const same = request.headers['if-range'] === '"v1"';
      const start = same ? from : 0;
      response.writeHead(start > 0 ? 206 : 200, {
        etag: '"v1"',
        'content-length': big.length - start,
        ...(start > 0 && { 'content-range': `bytes ${start}-${big.length - 1}/${big.length}` }),
      });
      // The first request of each try looks where the address leads.
      if (++cuts > 8) response.end(big.subarray(start));
      else response.write(big.subarray(start, start + 50_000), () => setImmediate(() => response.destroy()));
    });
    expect(await download(['/big.jsonl'], { RETRIES: '3' })).toMatchObject({ code: 0 });
    expect(readFileSync(join(data(), 'big.jsonl')).equals(big)).toBe(true);
    expect(requests.filter(request => request.includes('bytes=')).length).toBeGreaterThan(1);
    expect(readdirSync(data())).toEqual(['big.jsonl']);
  });

  test('begins anew when the file has changed meanwhile', async () => {
    let tries = 0;
    answers.set('/new.csv', (_request, response) => {
      const version = ++tries <= 2 ? 'old' : 'new';
      response.writeHead(200, { etag: `"${version}"`, 'content-length': 3000 });
      if (version === 'new') response.end('new'.repeat(1000));
      else response.write('old'.repeat(500), () => setImmediate(() => response.destroy()));
    });
    expect(await download(['/new.csv'])).toMatchObject({ code: 0 });
    expect(read(data())).toEqual({ 'new.csv': 'new'.repeat(1000) });
  });

  test('tries again while a server is busy, and gives up at last', async () => {
    let busy = 2;
    answers.set('/a.csv', (_request, response) => response.writeHead(busy-- > 0 ? 503 : 200).end('A'));
    expect(await download(['/a.csv'])).toMatchObject({ code: 0 });
    answers.set('/b.csv', (_request, response) => response.writeHead(503).end());
    const why = 'HTTP 503';
    expect(await download(['/b.csv'], { RETRIES: '2' })).toMatchObject({ ...refusal('/b.csv', why), code: 1 });
    expect(await download(['http://127.0.0.1:1/c.csv'], { RETRIES: '1' })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^cannot download http:\/\/127\.0\.0\.1:1\/c\.csv: .*connect/i),
    });
  });

  test('is refused at once where trying again cannot help, and shows no signature', async () => {
    answers = new Map([
      ['/empty.csv', ''],
      ['/page.csv', '\ufeff\n <!DOCTYPE html><html>sign in</html>'],
      ['/sum.csv', 'A'],
    ]);
    expect(await download(['/none.csv?sig=secret'])).toMatchObject(refusal('/none.csv', 'HTTP 404'));
    expect(await download(['/empty.csv'])).toMatchObject(refusal('/empty.csv', 'it is empty'));
    expect((await download(['/page.csv'])).said).toMatch(/page\.csv: it is a web page \(HTML\), not data/);
    const wrong = await download([`/sum.csv#sha256=${'0'.repeat(64)}`]);
    expect(wrong).toMatchObject(refusal('/sum.csv', `its SHA-256 is ${sha256('A')}, not ${'0'.repeat(64)}`));
    expect((await download(['/sum.csv#sha256=12'])).said).toMatch(/64 hexadecimal digits/);
    expect((await download(['file:///etc/passwd'])).said).toMatch(/only http and https/);
    expect(await download([])).toMatchObject({ code: 64, said: expect.stringMatching(/no address/) });
    expect(read(data())).toEqual({});
    expect(requests.filter(request => request.startsWith('/none.csv'))).toHaveLength(1);
  });

  test('is limited, one file and all together', async () => {
    answers.set('/big.jsonl', (_request, response) => response.setHeader('content-length', big.length).end(big));
    const one = await download(['/big.jsonl'], { MAX_BYTES: '1000' });
    expect(one).toMatchObject(refusal('/big.jsonl', 'it is larger than the 1000 bytes that are allowed'));
    const limit = String(big.length * 2);
    const paths = ['/big.jsonl?1', '/big.jsonl?2', '/big.jsonl?3'];
    for (const path of paths) answers.set(path, big);
    const many = await download(paths, { MAX_BYTES: limit });
    expect(many).toMatchObject({
      code: 64,
      said: `cannot download the training data: all files together are larger than the ${limit} bytes that are allowed`,
    });
  });

  test('follows redirects to public places only, and asks no others', async () => {
    const inner = createServer((request, response) => {
      requests.push(`inner ${request.url}`);
      response.end('secret');
    });
    const innerPort = await listen(inner, '127.0.0.2');
    try {
      answers = new Map<string, RequestListener | string>([
        ['/moved', to('/there.csv')],
        ['/there.csv', 'A'],
        ['/in', to(`http://127.0.0.2:${innerPort}/x`)],
        ['/odd', to(`http://2130706434:${innerPort}/x`)],
        ['/local', to(`http://localhost:${innerPort}/x`)],
        ['/metadata', to('http://169.254.169.254/latest')],
        ['/six', to(`http://[::ffff:7f00:2]:${innerPort}/x`)],
        ['/file', to('file:///etc/passwd')],
        ['/round', to('/round')],
      ]);
      expect(await download(['/moved'])).toMatchObject({ code: 0 });
      expect(read(data())).toEqual({ moved: 'A' });
      for (const path of ['/in', '/odd', '/local', '/metadata', '/six']) {
        expect(await download([path])).toMatchObject({
          code: 64,
          said: expect.stringMatching(/: it leads to .*inside of the cluster/),
        });
      }
      expect(await download(['/file'])).toMatchObject({ code: 64 });
      expect(await download(['/round'])).toMatchObject(refusal('/round', 'it redirects more than 10 times'));
      expect(await download(['/there.csv'], { ALLOW_INNER: '' })).toMatchObject({ code: 64 });
      expect(requests.filter(request => request.startsWith('inner'))).toEqual([]);
    } finally {
      await close(inner);
    }
  });

  test('comes to the same however often it is killed', async () => {
    const paths = ['/1.csv', '/2.csv', '/3.csv', '/4.csv', '/5.csv'];
    for (const path of paths) {
      answers.set(path, (_request, response) => {
        response.writeHead(200, { 'content-length': 6 });
        response.write(path);
        setTimeout(() => response.end(), 60);
      });
    }
    for (const afterMs of [40, 120, 200, 280]) {
      const running = startScript(dataUrlsScript, shell, environment(paths));
      const timer = setTimeout(running.kill, afterMs);
      await running.ended;
      clearTimeout(timer);
      const whole = existsSync(data()) ? readdirSync(data()).filter(name => name.endsWith('.csv')) : [];
      for (const name of whole) expect(readFileSync(join(data(), name), 'utf8')).toBe(`/${name}`);
    }
    expect(await download(paths)).toMatchObject({ code: 0 });
    expect(read(data())).toEqual(Object.fromEntries(paths.map(path => [path.slice(1), path])));
  });
});

function read(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter(name => name !== '.kaito-part');
  return Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]));
}

async function listen(server: Server, host: string): Promise<number> {
  await new Promise<void>(resolve => {
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise(resolve => {
    server.close(resolve);
  });
}

function to(location: string): RequestListener {
  return (_request, response) => response.writeHead(302, { location }).end('moved');
}
