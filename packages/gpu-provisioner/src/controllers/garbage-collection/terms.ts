/** How garbage collection goes about it. Durations in milliseconds. */
export interface CollectionTerms {
  readonly intervalMs: number;
  /** Age below which nothing is collected. */
  readonly graceMs: number;
  /** More than this share of the fleet at once is held to be an error of ours. */
  readonly maxPercent: number;
  /** Everything is done but the deleting. */
  readonly dryRun: boolean;
  /** How often the pools are listed while nothing is in flight. */
  readonly listIntervalMs: number;
}
