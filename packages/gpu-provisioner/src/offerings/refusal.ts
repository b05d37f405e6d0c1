/** Why a claim cannot be served: its own words rule every machine out, or Azure does not sell what they leave over. */
export interface Refusal {
  readonly reason: 'InvalidSpec' | 'SKUNotAvailable';
  /** What is wrong, where, and what to do. */
  readonly message: string;
}

/** A wish that cannot be met, thrown by the readers of a claim; `ladderOf` makes a verdict of it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(message: string, reason: Refusal['reason'] = 'InvalidSpec') {
    super(message);
    this.refusal = { reason, message };
  }
}
