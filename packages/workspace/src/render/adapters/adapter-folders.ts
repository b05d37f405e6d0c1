/** Where the files of adapters are, in all containers of a pod that see them. */
export const adapterFolders = {
  /** The servers load every folder below it when they start, by its name (KAITO). */
  atStart: '/mnt/adapter',
  /** What is loaded while the server runs lies apart: one that starts must not come upon half an adapter. */
  store: '/mnt/adapter-store',
} as const;
