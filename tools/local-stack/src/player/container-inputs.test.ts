import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '@kaito/kube';
import { containerEnvironment } from './environment.ts';
import type { Objects } from './objects.ts';
import { syncFiles } from './pod-folders.ts';
import { volumeFiles } from './volume-files.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', uid: 'u1', labels: { app: 'a', 'apps.kubernetes.io/pod-index': '2' } },
  spec: { nodeName: 'gpu', containers: [] },
};
const objects: Objects = {
  configMap: (namespace, name) =>
    namespace === 'ns' && name === 'map'
      ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: 'value', other: 'o' } }
      : undefined,
  secret: (_namespace, name) =>
    name === 'hidden'
      ? { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: { token: 'c2VjcmV0' } }
      : undefined,
};
const context = { objects, address: '127.100.0.1' };

test('the environment of a container is what it refers to', () => {
  const env = [
    { name: 'A', value: 'a' },
    { name: 'B', value: '$(A)-$(MISSING)' },
    { name: 'INDEX', valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'hidden', key: 'token' } } },
    { name: 'KEY', valueFrom: { configMapKeyRef: { name: 'map', key: 'key' } } },
    { name: 'GONE', valueFrom: { configMapKeyRef: { name: 'none', key: 'key', optional: true } } },
  ];
  const envFrom = [{ prefix: 'P_', configMapRef: { name: 'map' } }];
  expect(containerEnvironment(pod, { name: 'c', env, envFrom }, context)).toEqual({
    P_key: 'value',
    P_other: 'o',
    A: 'a',
    B: 'a-$(MISSING)',
    INDEX: '2',
    IP: '127.100.0.1',
    TOKEN: 'secret',
    KEY: 'value',
  });
});

const asking = (valueFrom: object): object =>
  containerEnvironment(pod, { name: 'c', env: [{ name: 'X', valueFrom }] }, context);

test('what is needed and not there is named', () => {
  expect(() => asking({ secretKeyRef: { name: 'none', key: 'k' } })).toThrow('secret "none" not found');
  expect(() => asking({ secretKeyRef: { name: 'hidden', key: 'k' } })).toThrow("couldn't find key k in Secret hidden");
  expect(() => asking({ fieldRef: { fieldPath: 'spec.magic' } })).toThrow('field spec.magic');
  expect(() => volumeFiles({ name: 'v', configMap: { name: 'none' } }, pod, context)).toThrow(
    'configmap "none" not found',
  );
});

function show(volume: object): unknown {
  const files = volumeFiles({ name: 'v', ...volume }, pod, context);
  return files && Object.fromEntries([...files].map(([path, content]) => [path, content.toString()]));
}

test('volumes show what they name, under the paths that they name', () => {
  expect(show({ configMap: { name: 'map' } })).toEqual({ key: 'value', other: 'o' });
  expect(show({ secret: { secretName: 'hidden', items: [{ key: 'token', path: 'a/config.json' }] } })).toEqual({
    'a/config.json': 'secret',
  });
  const sources = [
    { secret: { name: 'hidden', items: [{ key: 'token', path: 'one.json' }] } },
    { secret: { name: 'none', optional: true } },
    { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
  ];
  expect(show({ projected: { sources } })).toEqual({
    'one.json': 'secret',
    labels: 'app="a"\napps.kubernetes.io/pod-index="2"',
  });
  expect(show({ emptyDir: {} })).toBeUndefined();
});

test('a folder gets exactly the files, and those that are right are left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'player-'));
  try {
    syncFiles(
      folder,
      new Map([
        ['a', Buffer.from('1')],
        ['sub/b', Buffer.from('2')],
      ]),
    );
    syncFiles(
      folder,
      new Map([
        ['a', Buffer.from('3')],
        ['c', Buffer.from('4')],
      ]),
    );
    const files = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile());
    expect(files.map(({ name }) => name).toSorted()).toEqual(['a', 'c']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('3');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
