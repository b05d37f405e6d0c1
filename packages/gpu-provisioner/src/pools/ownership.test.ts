import { describeOwner, isOwnedBy, tagsFor } from './ownership.ts';

const owner = { kind: 'Machine', name: 'm', uid: 'u1' } as const;

test('a pool with our tags is ours', () => {
  expect(isOwnedBy({ tags: tagsFor(owner, 0) }, owner)).toBe(true);
});

test.each([
  ['no tags', {}],
  ['tags of somebody else', { team: 'x' }],
  ['the uid alone', { 'kaito.sh_claim-uid': 'u1' }],
  ['another uid', tagsFor({ ...owner, uid: 'u2' }, 0)],
  ['another manager', { ...tagsFor(owner, 0), 'kaito.sh_managed-by': 'terraform' }],
])('a pool with %s is not', (_, tags) => {
  expect(isOwnedBy({ tags }, owner)).toBe(false);
});

test('tag names hold no character that Azure forbids', () => {
  for (const name of Object.keys(tagsFor(owner, 0))) expect(name).not.toMatch(/[<>%&\\?/]/);
});

test('says whose a foreign pool is', () => {
  expect(describeOwner({ tags: tagsFor(owner, 0) })).toBe('it was made for Machine m (uid u1)');
  expect(describeOwner({})).toBe('it was not made by gpu-provisioner');
});
