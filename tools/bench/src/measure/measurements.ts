/** What making or deleting many objects at once cost. Times in milliseconds; costs are those of all controllers that are measured. */
export interface BurstCost {
  /** From the request that made or deleted an object until that object was ready or gone. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly maxMs: number;
  /** From the first request until the last object was there. */
  readonly totalMs: number;
  readonly armRequests: number;
  readonly armByOperation: Readonly<Record<string, number>>;
  /** Requests to the API server, watches not counted. */
  readonly apiRequests: number;
  readonly cpuMs: number;
}

/** What happened while nothing was to be done. */
export interface IdleCost {
  readonly seconds: number;
  readonly armRequests: number;
  /** Changes of the objects that are measured. */
  readonly changes: number;
  /** Requests to the API server that write, Events as well. */
  readonly apiWrites: number;
  readonly cpuMs: number;
}

/** What a restart cost, with all objects ready. */
export interface RestartCost {
  /** From the start of the processes until they are ready and have come to rest. */
  readonly restMs: number;
  readonly armWrites: number;
  readonly changes: number;
  readonly apiWrites: number;
}

/** Everything measured with one number of objects. */
export interface Measurement {
  readonly count: number;
  readonly create: BurstCost;
  /** With one object only: what is left of the time when what others took is taken off. */
  readonly oursMs?: number;
  readonly idle?: IdleCost;
  readonly restart: RestartCost;
  readonly remove: BurstCost;
  readonly rssMiB: number;
  readonly peakRssMiB: number;
}
