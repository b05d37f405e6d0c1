import { readInstallRequest } from './install-command.ts';

const known = ['a.kaito.sh', 'b.kaito.sh'].map(name => ({
  metadata: { name },
  spec: { group: 'kaito.sh', names: { kind: 'A', plural: 'as' }, scope: 'Cluster', versions: [] },
}));

test('names choose, none means all', () => {
  expect(readInstallRequest(['--release=1.0.0', 'b.kaito.sh'], known)).toEqual({
    definitions: [known[1]],
    release: '1.0.0',
    force: false,
  });
  expect(readInstallRequest(['--release', '1.0.0', '--force'], known)).toMatchObject({
    definitions: known,
    force: true,
  });
});

test.each([
  [[], '--release is needed'],
  [['--release=1', 'c.kaito.sh'], 'c.kaito.sh: not known; known are a.kaito.sh, b.kaito.sh'],
  [['--relase=1'], "Unknown option '--relase'"],
])('%j is refused', (argv, message) => {
  expect(() => readInstallRequest(argv, known)).toThrow(message);
});
