/** Memory in GB of the slices with so many of a GPU's seven compute slices. NVIDIA, "MIG User Guide", supported MIG profiles. */
const memories: readonly (readonly [computeSlices: number, gigabytes: readonly number[]])[] = [
  [1, [5, 6, 10, 12, 18, 20, 23, 24, 35, 45]],
  [2, [10, 12, 20, 24, 35, 45]],
  [3, [20, 40, 47, 48, 71, 90]],
  [4, [20, 24, 40, 47, 48, 71, 90]],
  [7, [40, 80, 94, 96, 141, 180]],
];

/** The slices that GPUs can be cut into, as `<compute slices>g.<memory>gb`: of A30, A100, H100, H200 and B200. */
export const migProfiles: readonly string[] = memories.flatMap(([slices, gigabytes]) =>
  gigabytes.map(memory => `${slices}g.${memory}gb`),
);

/** Name of the resource that nodes offer the slices of a profile as (NVIDIA's device plugin, strategy `mixed`). */
export function migResource(profile: string): string {
  return `nvidia.com/mig-${profile}`;
}

/** Memory of one slice, in GiB; undefined when there is no such profile. */
export function migSliceGiB(profile: string): number | undefined {
  return migProfiles.includes(profile) ? Number(/\.(\d+)gb$/.exec(profile)?.[1]) : undefined;
}
