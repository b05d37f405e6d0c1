/** The phases of a start, in their order. */
export const phaseNames = [
  /** The model is looked up, and what it takes is decided. */
  'Planned',
  /** Machines are asked for. */
  'Claimed',
  /** They are made, and join the cluster. */
  'NodeJoined',
  /** Drivers and device plugin make their GPUs usable. */
  'GpusReady',
  'PodScheduled',
  /** Images are pulled and containers start. */
  'ImagesPulled',
  /** The server loads the weights and prepares itself. */
  'ModelLoaded',
  /** Clients can reach it. */
  'Ready',
] as const;

export type PhaseName = (typeof phaseNames)[number];
