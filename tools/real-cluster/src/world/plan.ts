import type { Hierarchy } from './cgroups.ts';

/** Everything that the inside of a cluster's namespaces is told by the outside. */
export interface Plan {
  readonly dataDir: string;
  /** Unpacked packages of the distribution: containerd, runc, the CNI plugins, nft. */
  readonly packagesRoot: string;
  readonly hierarchies: readonly Hierarchy[];
  /** Paths of programs by name. */
  readonly binaries: Readonly<Record<string, string>>;
  /** OCI archives that every node gets, the sandbox's first. */
  readonly archives: readonly string[];
  /** GPUs that the GPU node tells of. */
  readonly gpus: number;
}
