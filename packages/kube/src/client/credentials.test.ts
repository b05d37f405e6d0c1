import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './connect.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaito-credentials-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function write(content: string): string {
  const path = join(directory, 'config');
  writeFileSync(path, content);
  return path;
}

function kubeconfig(cluster: object, currentContext = 'here'): string {
  return write(
    JSON.stringify({
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
      'current-context': currentContext,
    }),
  );
}

const open = (path: string, context?: string) => connect({ kubeconfig: path, context, userAgent: 'test' });

test('the server is the one of the context', async () => {
  const client = open(kubeconfig({ server: 'https://api.example:6443/' }));
  expect(client.server).toBe('https://api.example:6443');
  await client.close();
});

test('a file that is missing is named', () => {
  expect(() => open(join(directory, 'none'))).toThrow(`Cannot read kubeconfig "${join(directory, 'none')}": ENOENT`);
});

test('a file that is no kubeconfig is not quoted', () => {
  const path = write('users: [{token: hunter2');
  expect(() => open(path)).toThrow(`Cannot read kubeconfig "${path}": it is not a valid kubeconfig`);
  expect(() => open(path)).not.toThrow('hunter2');
});

test('an unknown context is answered with the known ones', () => {
  expect(() => open(kubeconfig({ server: 'https://x' }), 'there')).toThrow('has no context "there"; it has "here"');
});

test('credentials are not sent over plain http', () => {
  expect(() => open(kubeconfig({ server: 'http://x:8080' }))).toThrow('not sent over plain http');
});
