/** What a burst of claims cost. Times in milliseconds. */
export interface BurstCost {
  /** From the request that made or deleted a claim until that claim was Ready or gone. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly maxMs: number;
  /** From the first request until the last claim was there. */
  readonly totalMs: number;
  readonly armRequests: number;
  readonly armByOperation: Readonly<Record<string, number>>;
  /** Requests of the provisioner to the API server, watches not counted. */
  readonly apiRequests: number;
  readonly cpuMs: number;
}

/** What happened while nothing was to be done. */
export interface IdleCost {
  readonly seconds: number;
  readonly armRequests: number;
  readonly claimWrites: number;
  readonly cpuMs: number;
}

/** What a restart of the provisioner cost, with all claims Ready. */
export interface RestartCost {
  /** From the start of the process until it is ready and has come to rest. */
  readonly restMs: number;
  readonly armWrites: number;
  readonly claimWrites: number;
}

/** Everything measured with one number of claims. */
export interface ClaimsMeasurement {
  readonly claims: number;
  readonly create: BurstCost;
  /** With one claim only: what is left of the time when the pretended machine's and the kubelet's are taken off. */
  readonly oursMs?: number;
  readonly idle?: IdleCost;
  readonly restart: RestartCost;
  readonly remove: BurstCost;
  readonly rssMiB: number;
  readonly peakRssMiB: number;
}
