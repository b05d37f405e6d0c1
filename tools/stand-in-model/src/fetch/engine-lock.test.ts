import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';
import { engineFor, type EngineFiles } from './engine-lock.ts';

const read = (name: string): string => readFileSync(join(packageRoot, 'engine', name), 'utf8');
const files: EngineFiles = { manifest: JSON.parse(read('package.json')), lock: JSON.parse(read('package-lock.json')) };

test.each(['linux-x64', 'linux-arm64'])('%s gets its own build, pinned, and no other', platform => {
  const { manifest, lock } = engineFor(platform, files);
  const builds = Object.keys(lock.packages).filter(path => path.includes('@node-llama-cpp/'));
  expect(builds).toEqual([`node_modules/@node-llama-cpp/${platform}`]);
  const build = lock.packages[builds[0] ?? ''];
  expect(build).toMatchObject({ version: '3.22.1', integrity: expect.stringMatching(/^sha512-/) });
  expect(build).not.toHaveProperty('optional');
  expect(manifest.dependencies).toEqual({ 'node-llama-cpp': '3.22.1', [`@node-llama-cpp/${platform}`]: '3.22.1' });
  expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies);
});

test('a platform without a build is told which there are', () => {
  expect(() => engineFor('sunos-sparc', files)).toThrow(/no build for sunos-sparc; there are: linux-arm64, linux-x64/);
});

test('every package of the lock has a sum, and none is for CUDA or Vulkan', () => {
  const packages = Object.entries(files.lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(50);
  for (const [path, entry] of packages)
    expect([path, entry]).toEqual([path, expect.objectContaining({ integrity: expect.stringMatching(/^sha512-/) })]);
  expect(packages.filter(([path]) => /cuda|vulkan/.test(path))).toEqual([]);
});
