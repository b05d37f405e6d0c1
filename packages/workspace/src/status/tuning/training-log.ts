/** What a trainer last said of itself. */
export interface TrainingReport {
  readonly step?: number;
  readonly steps?: number;
  readonly epoch?: number;
  readonly loss?: number;
  readonly secondsPerStep?: number;
  /** The last step that can be gone on from. */
  readonly checkpoint?: number;
  readonly resumedFrom?: number;
  readonly done?: boolean;
}
