import type { Pod } from '@kaito/kube';
import { contentOf } from './programs.ts';
import { isPlayed, LEFT_TO_KWOK } from './played-pods.ts';

function pod(kind: string, labels: Record<string, string>, containers: readonly string[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels, ownerReferences: [{ apiVersion: 'v1', kind, name: 'o', uid: 'u' }] },
    spec: { containers: containers.map(name => ({ name })) },
  };
}

test.each([
  ['Job', { 'kaito.sh/workspace': 'w' }, ['main'], true],
  ['Job', {}, ['main'], false],
  ['StatefulSet', {}, ['server', 'adapters'], true],
  ['StatefulSet', { 'kaito.sh/workspace': 'w' }, ['server'], false],
  ['ReplicaSet', { 'kaito.sh/workspace': 'w' }, ['adapters'], false],
] as const)('a pod of a %s with %j and the containers %j is played: %s', (kind, labels, containers, played) => {
  const meant = pod(kind, labels, containers);
  expect(isPlayed(meant)).toBe(played);
  const left = { ...meant, metadata: { ...meant.metadata, annotations: { [LEFT_TO_KWOK]: 'true' } } };
  expect(isPlayed(left)).toBe(false);
});

test.each([
  ['ghcr.io/oras-project/oras:v1.3.0@sha256:6ce0', { kind: 'oras' }],
  ['mirror.example.com:5000/oras', { kind: 'oras' }],
  ['docker.io/curlimages/curl:8.17.0@sha256:935d', { kind: 'curl' }],
  ['localhost:2345/aks/kaito/kaito-base:0.1.0', { kind: 'kaito', weights: false, name: 'base' }],
  ['mcr.microsoft.com/aks/kaito/kaito-falcon-7b:0.0.4', { kind: 'kaito', weights: true, name: 'falcon-7b' }],
  ['example.com/oras/other:1', undefined],
  ['example.com/adapter:1', undefined],
])('%s holds %j', (image, content) => {
  expect(contentOf(image)).toEqual(content);
});
