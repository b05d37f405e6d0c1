import { Pool } from './pool.ts';

const agent = (ca: string) => ({ type: 'agent' as const, connect: { ca: Buffer.from(ca) } });

test('the same connections serve everyone until a certificate changes', async () => {
  const pool = new Pool(2);
  const first = pool.dispatcher(agent('old'));
  // Certificates are read anew for each request: equal bytes, other buffers.
  expect(pool.dispatcher(agent('old'))).toBe(first);
  const second = pool.dispatcher(agent('new'));
  expect(second).not.toBe(first);
  expect(pool.dispatcher(agent('new'))).toBe(second);
  await pool.close();
});

test('retired connections are not used again', async () => {
  const pool = new Pool(2);
  const first = pool.dispatcher(agent('ca'));
  pool.retire();
  expect(pool.dispatcher(agent('ca'))).not.toBe(first);
  await pool.close();
});

test('after close there are none', async () => {
  const pool = new Pool(2);
  await pool.close();
  expect(() => pool.dispatcher(agent('ca'))).toThrow('The client is closed');
});

test('a SOCKS proxy is refused with what to do instead', () => {
  const pool = new Pool(2);
  expect(() => pool.dispatcher({ type: 'socks', uri: 'socks5://x', requestTls: {} })).toThrow(
    'use an http or https proxy',
  );
});
