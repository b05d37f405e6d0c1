import type { Hierarchy } from './cgroups.ts';

/** An image that a node has without pulling it. */
export interface NodeImage {
  readonly reference: string;
  /** Path of its OCI archive. */
  readonly archive: string;
  /** Other names that it goes by. */
  readonly aliases?: readonly string[];
  /** Whether only pods with GPUs run it, so that other nodes do without. */
  readonly needsGpu?: boolean;
}

/** Everything that the inside of a cluster's namespaces is told by the outside. */
export interface Plan {
  readonly dataDir: string;
  /** Unpacked packages of the distribution: containerd, runc, the CNI plugins, nft. */
  readonly packagesRoot: string;
  readonly hierarchies: readonly Hierarchy[];
  /** Paths of programs by name. */
  readonly binaries: Readonly<Record<string, string>>;
  /** What every node has without pulling it, the sandbox's first. */
  readonly images: readonly NodeImage[];
}
