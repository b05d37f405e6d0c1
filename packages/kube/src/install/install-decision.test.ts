import {
  compareReleases,
  decideInstall,
  RELEASE_ANNOTATION,
  type CustomResourceDefinition,
} from './install-decision.ts';

const ours = { 'app.kubernetes.io/part-of': 'kaito' };

function definition(
  group: string,
  versions: readonly string[],
  metadata: object = { labels: ours },
): CustomResourceDefinition {
  const names = { kind: 'Thing', plural: 'things' };
  const shape = { served: true, storage: true };
  return {
    metadata: { name: `things.${group}`, ...metadata },
    spec: { group, names, scope: 'Cluster', versions: versions.map(name => ({ name, ...shape })) },
  };
}

const wanted = definition('karpenter.sh', ['v1']);
const policy = { release: '1.2.0', force: false };
const of = (release: string) => ({ annotations: { [RELEASE_ANNOTATION]: release } });

test.each([
  ['none', undefined, 'apply'],
  ['one of the same release', definition('karpenter.sh', ['v1'], of('1.2.0')), 'apply'],
  ['one of an older release', definition('karpenter.sh', ['v1'], of('1.1.9')), 'apply'],
  ['one of a newer release', definition('karpenter.sh', ['v1'], of('1.10.0')), 'keep'],
  ['one that was applied from our files', definition('karpenter.sh', ['v1']), 'apply'],
  ["somebody else's that does", definition('karpenter.sh', ['v1beta1', 'v1'], {}), 'keep'],
  ["somebody else's that does not", definition('karpenter.sh', ['v1beta1'], {}), 'refuse'],
])('where there is %s', (_, present, action) => {
  expect(decideInstall(wanted, present, policy).action).toBe(action);
});

test('what is missing is said, with what to do', () => {
  const { reason } = decideInstall(wanted, definition('karpenter.sh', ['v1beta1'], {}), policy);
  expect(reason).toBe(
    'it is of another owner and does not serve v1: upgrade it where it comes from, or set crds.force',
  );
});

test('kinds of the group kaito.sh are taken over from upstream', () => {
  const present = definition('kaito.sh', ['v1alpha1'], {});
  expect(decideInstall(definition('kaito.sh', ['v1beta1']), present, policy).action).toBe('apply');
});

test('force takes over from others, but never goes back to an older release', () => {
  const force = { ...policy, force: true };
  expect(decideInstall(wanted, definition('karpenter.sh', [], {}), force).action).toBe('apply');
  expect(decideInstall(wanted, definition('karpenter.sh', ['v1'], of('2.0.0')), force).action).toBe('keep');
});

test('releases stand in the order of semver', () => {
  const ordered = [
    '0.9.0',
    '1.0.0-alpha',
    '1.0.0-rc.2',
    '1.0.0-rc.10',
    '1.0.0',
    '1.0.1',
    '1.9.0',
    '1.10.0',
    'v2.0.0+build',
  ];
  expect(ordered.toReversed().toSorted(compareReleases)).toEqual(ordered);
  expect(compareReleases('1.0.0+a', 'v1.0.0')).toBe(0);
});
