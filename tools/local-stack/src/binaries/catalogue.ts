import { atLeast, formatVersion, sameMinor, withinFourMinors, type Acceptance, type Version } from './version.ts';

/** What a stack runs. */
export const BINARY_NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kwok',
] as const;
/** What only some tests need. Others are not kept waiting for it: building it takes minutes. */
export const OPTIONAL_BINARY_NAMES = ['helm', 'karpenter', 'oras', 'registry'] as const;
/** What a node with a real kubelet needs beyond that. */
export const NODE_BINARY_NAMES = ['kubelet', 'kube-proxy', 'coredns', 'gpu-device-plugin', 'pause'] as const;
export type BinaryName = (typeof BINARY_NAMES | typeof OPTIONAL_BINARY_NAMES | typeof NODE_BINARY_NAMES)[number];

/** A checked-in Go module that pins, by its go.sum, every line of source that its programs are built from. */
export type GoModule = ReleasedModule | 'karpenter' | 'coredns' | 'node';
/** Those whose programs are published as releases too. */
export type ReleasedModule = 'kubernetes' | 'etcd' | 'kwok' | 'helm' | 'oci';

/** The operating system and processor as Go and the release pages call them. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** Where a release lies, relative to its project's download address. */
export interface Release {
  readonly path: string;
  /** The file with the SHA-256: a bare sum, or lines of `sum  file`. */
  readonly checksumPath: string;
  /** The program's path inside the archive; absent when the download is the program. */
  readonly member?: string;
}

/** A program that the stack runs. */
export interface Binary {
  readonly name: BinaryName;
  readonly version: Version;
  /** Makes it print its version; absent where it cannot, and then no installed one is taken. */
  readonly versionArgs?: readonly string[];
  /** Whether an installed one of another version will do. */
  readonly accepts: Acceptance;
  readonly goModule: GoModule;
  readonly goPackage: string;
  /** Absent where nobody publishes the program by itself. */
  readonly release?: (platform: Platform) => Release;
}

/** A program that is published. */
export type ReleasedBinary = Binary & Required<Pick<Binary, 'release'>>;

const kubernetes: Version = { major: 1, minor: 36, patch: 3 };
const etcd: Version = { major: 3, minor: 6, patch: 16 };
const kwok: Version = { major: 0, minor: 8, patch: 0 };
const helm: Version = { major: 3, minor: 22, patch: 0 };
const oras: Version = { major: 1, minor: 3, patch: 6 };
const karpenter: Version = { major: 1, minor: 14, patch: 1 };

const coredns: Version = { major: 1, minor: 14, patch: 1 };
/** Of our own programs; whoever changes their sources raises it, as the cache keeps the old ones otherwise. */
const ours: Version = { major: 0, minor: 1, patch: 0 };

/** A program that its project publishes. */
export type Released = Binary & Required<Pick<Binary, 'release' | 'versionArgs'>>;

/** A program that is as we build it: an installed one of the same name is never taken for it. */
function builtOnly(name: BinaryName, version: Version, module: Pick<Binary, 'goModule' | 'goPackage'>): Binary {
  return { name, version, accepts: atLeast(version.major, version.minor), ...module };
}

function kubernetesBinary(name: BinaryName, overrides: Partial<Released> = {}): Released {
  return {
    name,
    version: kubernetes,
    versionArgs: ['--version'],
    accepts: sameMinor,
    goModule: 'kubernetes',
    goPackage: `k8s.io/kubernetes/cmd/${name}`,
    // Kubernetes docs, "Download Kubernetes": /release/VERSION/bin/OS/ARCH/NAME, with NAME.sha256 beside it.
    release: ({ os, arch }) => {
      const path = `release/v${formatVersion(kubernetes)}/bin/${os}/${arch}/${name}`;
      return { path, checksumPath: `${path}.sha256` };
    },
    ...overrides,
  };
}

/** The programs by name. `go/<module>/go.mod` holds the same versions. */
export const binaries = {
  etcd: {
    name: 'etcd',
    version: etcd,
    versionArgs: ['--version'],
    accepts: atLeast(3, 5),
    goModule: 'etcd',
    goPackage: 'go.etcd.io/etcd/server/v3',
    // etcd's GitHub releases: an archive per platform, and SHA256SUMS.
    release: ({ os, arch }) => {
      const tag = `v${formatVersion(etcd)}`;
      const folder = `etcd-${tag}-${os}-${arch}`;
      return {
        path: `${tag}/${folder}.${os === 'darwin' ? 'zip' : 'tar.gz'}`,
        checksumPath: `${tag}/SHA256SUMS`,
        member: `${folder}/etcd`,
      };
    },
  },
  'kube-apiserver': kubernetesBinary('kube-apiserver'),
  'kube-controller-manager': kubernetesBinary('kube-controller-manager'),
  'kube-scheduler': kubernetesBinary('kube-scheduler'),
  kubectl: kubernetesBinary('kubectl', { versionArgs: ['version', '--client'], accepts: withinFourMinors }),
  kwok: {
    name: 'kwok',
    version: kwok,
    versionArgs: ['--version'],
    accepts: atLeast(0, 7),
    goModule: 'kwok',
    goPackage: 'sigs.k8s.io/kwok/cmd/kwok',
    // kwok's GitHub releases: the bare program per platform, and checksums.txt.
    release: ({ os, arch }) => {
      const tag = `v${formatVersion(kwok)}`;
      return { path: `${tag}/kwok-${os}-${arch}`, checksumPath: `${tag}/checksums.txt` };
    },
  },
  kubelet: kubernetesBinary('kubelet'),
  'kube-proxy': kubernetesBinary('kube-proxy'),
  coredns: builtOnly('coredns', coredns, { goModule: 'coredns', goPackage: 'kaito.local/coredns' }),
  'gpu-device-plugin': builtOnly('gpu-device-plugin', ours, {
    goModule: 'node',
    goPackage: 'kaito.local/node/gpu-device-plugin',
  }),
  pause: builtOnly('pause', ours, { goModule: 'node', goPackage: 'kaito.local/node/pause' }),
  helm: {
    name: 'helm',
    version: helm,
    versionArgs: ['version', '--short'],
    accepts: atLeast(3, 17),
    goModule: 'helm',
    goPackage: 'helm.sh/helm/v3/cmd/helm',
    // Helm docs, "Installing Helm": an archive per platform at get.helm.sh, with its .sha256sum beside it.
    release: ({ os, arch }) => {
      const path = `helm-v${formatVersion(helm)}-${os}-${arch}.tar.gz`;
      return { path, checksumPath: `${path}.sha256sum`, member: `${os}-${arch}/helm` };
    },
  },
  // Karpenter with the provider that makes nodes for kwok. Its releases are container images.
  karpenter: builtOnly('karpenter', karpenter, { goModule: 'karpenter', goPackage: 'sigs.k8s.io/karpenter/kwok' }),
  oras: {
    name: 'oras',
    version: oras,
    versionArgs: ['version'],
    accepts: atLeast(1, 3),
    goModule: 'oci',
    goPackage: 'oras.land/oras/cmd/oras',
    // ORAS docs, "Installation": an archive per platform at GitHub, and one file of sums for all.
    release: ({ os, arch }) => {
      const at = `v${formatVersion(oras)}/oras_${formatVersion(oras)}`;
      return { path: `${at}_${os}_${arch}.tar.gz`, checksumPath: `${at}_checksums.txt`, member: 'oras' };
    },
  },
  registry: builtOnly('registry', ours, { goModule: 'oci', goPackage: 'kaito.local/oci/registry' }),
} as const satisfies Readonly<Record<BinaryName, Binary>>;

/** @returns this machine as the release pages call it. */
export function currentPlatform(): Platform {
  return { os: process.platform, arch: process.arch === 'x64' ? 'amd64' : process.arch };
}
