import type { FaultSpec, Timings } from '@kaito/emulator';
import type { CrashPoint } from './crash-point.ts';

/** What the API server seems to do with some of the requests of a controller. */
export interface ApiServerFault {
  readonly request: CrashPoint['request'];
  /**
   * An error status instead of the effect; the effect and a broken connection; the effect, but only after a while, which may be when the
   * caller is dead; or nothing at all, and no answer.
   */
  readonly do: 500 | 409 | 'lose the answer' | 'hold it up' | 'hang';
  /** How many requests it hits. */
  readonly times: number;
}

/** What goes wrong in a round beside the crash. */
export interface Fault {
  readonly id: string;
  readonly describe: string;
  /** For the proxy in front of the API server. */
  readonly apiServer?: ApiServerFault;
  /** For the emulator. */
  readonly azure?: readonly FaultSpec[];
  /** Other timings of the emulator than usual, in milliseconds. */
  readonly timings?: Partial<Timings>;
  /** The restarted process is killed, too. */
  readonly twice?: true;
  /** Two replicas elect a leader. Slow: a killed leader is respected for 15 s. */
  readonly replicas?: 2;
  /** The leader is not killed but stopped until the other replica leads, and then goes on. */
  readonly pause?: true;
  /** A round takes long for another reason, so there are few of them. */
  readonly slow?: true;
}

/** Whether rounds under the fault take long. */
export function isSlow({ replicas, slow }: Fault): boolean {
  return replicas !== undefined || slow === true;
}
