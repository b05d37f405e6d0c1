import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../repository.ts';
import { binaries, BINARY_NAMES, OPTIONAL_BINARY_NAMES } from './catalogue.ts';
import { formatVersion } from './version.ts';

/** What each Go module requires, by the path of the module in it. */
const required = {
  kubernetes: 'k8s.io/kubernetes',
  etcd: 'go.etcd.io/etcd/server/v3',
  kwok: 'sigs.k8s.io/kwok',
  coredns: 'github.com/coredns/coredns',
  node: 'k8s.io/kubelet',
  helm: 'helm.sh/helm/v3',
  karpenter: 'sigs.k8s.io/karpenter',
  oci: 'oras.land/oras',
} as const;

const published = OPTIONAL_BINARY_NAMES.filter(name => name !== 'registry');
const names = [...BINARY_NAMES, ...published, 'kubelet', 'kube-proxy'] as const;

describe('the catalogue', () => {
  test.each(names)('pins the version of %s that its go.mod builds', name => {
    const { goModule, version } = binaries[name];
    const goMod = readFileSync(join(packageRoot, 'go', goModule, 'go.mod'), 'utf8');
    const requirements = goMod.split('\n').map(line => line.replace(/^(require )?\s*/, ''));
    expect(requirements).toContain(`${required[goModule]} v${formatVersion(version)}`);
  });

  test.each(names)('builds a package of %s that its tools.go keeps in go.sum', name => {
    const { goModule, goPackage } = binaries[name];
    expect(readFileSync(join(packageRoot, 'go', goModule, 'tools.go'), 'utf8')).toContain(`_ "${goPackage}"`);
  });

  test('knows where official releases lie', () => {
    const linux = { os: 'linux', arch: 'arm64' };
    expect(binaries.kubectl.release(linux)).toEqual({
      path: 'release/v1.36.3/bin/linux/arm64/kubectl',
      checksumPath: 'release/v1.36.3/bin/linux/arm64/kubectl.sha256',
    });
    expect(binaries.etcd.release(linux)).toEqual({
      path: 'v3.6.16/etcd-v3.6.16-linux-arm64.tar.gz',
      checksumPath: 'v3.6.16/SHA256SUMS',
      member: 'etcd-v3.6.16-linux-arm64/etcd',
    });
    expect(binaries.etcd.release({ os: 'darwin', arch: 'arm64' }).path).toBe('v3.6.16/etcd-v3.6.16-darwin-arm64.zip');
    expect(binaries.kwok.release(linux)).toEqual({
      path: 'v0.8.0/kwok-linux-arm64',
      checksumPath: 'v0.8.0/checksums.txt',
    });
    expect(binaries.helm.release(linux)).toEqual({
      path: 'helm-v3.22.0-linux-arm64.tar.gz',
      checksumPath: 'helm-v3.22.0-linux-arm64.tar.gz.sha256sum',
      member: 'linux-arm64/helm',
    });
    expect(binaries.oras.release(linux)).toEqual({
      path: 'v1.3.6/oras_1.3.6_linux_arm64.tar.gz',
      checksumPath: 'v1.3.6/oras_1.3.6_checksums.txt',
      member: 'oras',
    });
  });
});
