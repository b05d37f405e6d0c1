import { expandVariables, PathMap, withPodAddress } from './substitute.ts';

const paths = new PathMap([
  { inside: '/mnt', outside: '/pod/root/mnt' },
  { inside: '/mnt/data', outside: '/pod/volumes/data' },
  { inside: '/tmp', outside: '/tmp/stack/pod/tmp' },
  { inside: '/dev/termination-log', outside: '/pod/message' },
]);

test.each([
  ['cat /mnt/data/rows.json', 'cat /pod/volumes/data/rows.json'],
  ['ls /mnt/data', 'ls /pod/volumes/data'],
  ['ls "/mnt/data"; ls /mnt', 'ls "/pod/volumes/data"; ls /pod/root/mnt'],
  ['--dir=/mnt/data', '--dir=/pod/volumes/data'],
  ['echo x >/dev/termination-log', 'echo x >/pod/message'],
  ['${LOG:-/dev/termination-log}', '${LOG:-/pod/message}'],
  ['x-/mnt/data', 'x-/mnt/data'],
  ['cp /tmp/a /mnt/data/b', 'cp /tmp/stack/pod/tmp/a /pod/volumes/data/b'],
  ['/mnt/database /mnt/data-2 /mnt/data.tar', '/pod/root/mnt/database /pod/root/mnt/data-2 /pod/root/mnt/data.tar'],
  ['$HOME/mnt/data ./tmp ../mnt/data ${A}/tmp', '$HOME/mnt/data ./tmp ../mnt/data ${A}/tmp'],
  ['http://host/mnt/data', 'http://host/mnt/data'],
])('%s is %s on this machine', (inside, outside) => {
  expect(paths.toMachine(inside)).toBe(outside);
});

test('what is shown has the paths of the container again', () => {
  const text = 'cannot read /mnt/data/rows.json, see /tmp/log and /dev/termination-log';
  expect(paths.toContainer(paths.toMachine(text))).toBe(text);
  expect(new PathMap([]).toMachine(text)).toBe(text);
});

const change = (text: string): string => withPodAddress(text, '127.1.2.3', [5000, 8080]);

test('loopback is the address of the pod for its own ports alone', () => {
  expect(change('http://127.0.0.1:5000/v1')).toBe('http://127.1.2.3:5000/v1');
  expect(change('localhost:8080')).toBe('127.1.2.3:8080');
  expect(change('localhost:23456/adapters/a:1')).toBe('localhost:23456/adapters/a:1');
  expect(change('127.0.0.1:50001 127.0.0.1')).toBe('127.0.0.1:50001 127.0.0.1');
  expect(withPodAddress('127.0.0.1:5000', '127.1.2.3', [])).toBe('127.0.0.1:5000');
});

test('variables are expanded as a kubelet does', () => {
  const env = { NAME: 'a$b', EMPTY: '' };
  expect(expandVariables('x$(NAME)y$(EMPTY)', env)).toBe('xa$by');
  expect(expandVariables('$(MISSING) $(date +%s) ${NAME} $NAME $(', env)).toBe(
    '$(MISSING) $(date +%s) ${NAME} $NAME $(',
  );
  expect(expandVariables('$$(NAME) kill $$', env)).toBe('$(NAME) kill $');
  expect(expandVariables('$(toString)', env)).toBe('$(toString)');
});
