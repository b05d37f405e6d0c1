import type { FaultKind } from '@kaito/azure';

/**
 * Whose move it is: `you` who wrote the claim, an `administrator` of the subscription or the cluster, `azure`, where only
 * waiting helps, or `unknown`.
 */
export type Mover = 'you' | 'administrator' | 'azure' | 'unknown';

/**
 * What is known of faults of one sort beyond their kind. It fits a fault when all that it names fits, and when each `{name}` in
 * its next step can be filled: from the named groups of the pattern, from the numbers of a refusal for quota, or with the code.
 */
export interface FaultAdvice {
  readonly kind?: FaultKind;
  /** Error codes, compared without regard to case. */
  readonly codes?: readonly string[];
  /** Fits somewhere in the code, a space and the message. */
  readonly pattern?: RegExp;
  /** Replaces the kind's reason. */
  readonly reason?: string;
  /** Replaces the kind's mover. */
  readonly mover?: Mover;
  /** What to do, in words that follow a semicolon. */
  readonly nextStep: string;
  /** Where the fact stands. */
  readonly source: string;
}
