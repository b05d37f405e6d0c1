import type { Mover } from '@kaito/crds';

/** Where a symptom was seen. */
export type Place =
  /** What the planner finds in the object, or about its model. */
  | 'spec'
  /** A claim, in the words of its provisioner. */
  | 'claim'
  | 'node'
  /** A ConfigMap or Secret that the workspace names. */
  | 'config'
  /** The API server's answer to a write. */
  | 'api'
  /** The scheduler, about a pod. */
  | 'schedule'
  /** A volume of a pod. */
  | 'volume'
  /** The image of a container. */
  | 'image'
  | 'container'
  /** A pod as a whole: evicted, refused by its node. */
  | 'pod'
  /** The Job of a training. */
  | 'job'
  /** The last lines that a server wrote. */
  | 'log'
  /** What a pod says of an adapter that it cannot have. */
  | 'adapter'
  /** A change that waits. */
  | 'rollout'
  /** Nothing is wrong: a step that takes its time. */
  | 'progress';

/** Something that was seen of a workspace that is not ready. */
export interface Symptom {
  readonly place: Place;
  /** The word for programs: the reason of a condition, the code of a problem. */
  readonly code?: string;
  readonly text: string;
  /** The field that a problem is about. */
  readonly field?: string;
}

/**
 * What is known of symptoms of one sort. It fits a symptom when all that it names fits and every `{name}` in its words can be filled:
 * from the named groups of the pattern, the symptom's own `code`, `text` and `field`, and the numbers that follow from these.
 */
export interface DiagnosisRow {
  /** One word for programs; may be `{code}`. */
  readonly cause: string;
  readonly places: readonly Place[];
  readonly codes?: readonly string[];
  /** Fits somewhere in the text. */
  readonly pattern?: RegExp;
  /**
   * Whose move it is: the `user` who wrote the workspace, an administrator of the `cluster` and its subscription, `azure` or
   * `huggingface`, where only waiting helps, or `kaito` itself, which is at work.
   */
  readonly mover: Mover;
  /** Nothing is broken; it takes its time. */
  readonly waiting?: true;
  /** What is wrong, in one clause. */
  readonly message: string;
  readonly nextStep: string;
  /** Where the words that are looked for stand. */
  readonly source: string;
  /** A symptom that the row is for, at the first of its places. */
  readonly example: Omit<Symptom, 'place'>;
}

/** What a symptom means to people. */
export interface Finding {
  readonly cause: string;
  readonly message: string;
  /** The words that led here. */
  readonly evidence: string;
  readonly mover: Mover;
  readonly nextStep: string;
  readonly waiting: boolean;
  /** When it is tried again, in seconds after the words were written; undefined when they do not say. */
  readonly retryAfterSeconds?: number;
  /** The same as a moment, RFC 3339. */
  readonly retryAt?: string;
}
