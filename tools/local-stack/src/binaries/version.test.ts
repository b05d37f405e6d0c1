import { atLeast, formatVersion, parseVersion, sameMinor, withinFourMinors, type Version } from './version.ts';

const version = (text: string): Version => {
  const parsed = parseVersion(text);
  if (!parsed) throw new Error(`no version in ${text}`);
  return parsed;
};

describe('parseVersion', () => {
  test.each([
    ['Kubernetes v1.36.3\n', '1.36.3'],
    ['etcd Version: 3.6.16\nGit SHA: none\nGo Version: go1.26.8\n', '3.6.16'],
    ['kwok version v0.8.0 go1.26.8 (linux/amd64)\n', '0.8.0'],
    ['Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n', '1.32.4'],
  ])('finds the first version in %j', (printed, expected) => {
    expect(formatVersion(version(printed))).toBe(expected);
  });

  test.each(['', 'version unknown', 'v1.36', 'go1.26'])('finds none in %j', printed => {
    expect(parseVersion(printed)).toBeUndefined();
  });
});

describe('acceptance', () => {
  const pinned = version('1.36.3');

  test('a control plane is of one minor version', () => {
    expect(sameMinor(version('1.36.0'), pinned)).toBe(true);
    expect(sameMinor(version('1.35.9'), pinned)).toBe(false);
    expect(sameMinor(version('1.37.0'), pinned)).toBe(false);
    expect(sameMinor(version('2.36.3'), pinned)).toBe(false);
  });

  test('kubectl may be four minors away', () => {
    expect(withinFourMinors(version('1.32.0'), pinned)).toBe(true);
    expect(withinFourMinors(version('1.40.0'), pinned)).toBe(true);
    expect(withinFourMinors(version('1.31.9'), pinned)).toBe(false);
    expect(withinFourMinors(version('1.41.0'), pinned)).toBe(false);
  });

  test('others need a least version of the same major', () => {
    const acceptable = atLeast(3, 5);
    expect(acceptable(version('3.5.0'), pinned)).toBe(true);
    expect(acceptable(version('3.10.0'), pinned)).toBe(true);
    expect(acceptable(version('3.4.9'), pinned)).toBe(false);
    expect(acceptable(version('4.5.0'), pinned)).toBe(false);
  });
});
