import { clearLine, cursorTo } from 'node:readline';
import type { OnProgress } from './progress.ts';

/** Where progress is printed: standard error, say. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Prints progress for people: on a terminal one line that changes, with a line left for each program that is ready; else
 * a line per step, without the percents in between.
 */
export function printProgress(stream: ProgressStream): OnProgress {
  let last = '';
  return ({ name, phase, detail, percent }) => {
    if (phase === 'cache') return; // `ready` follows and says the same.
    const line = `${name}: ${phase} ${detail}`;
    if (stream.isTTY) {
      clearLine(stream, 0);
      cursorTo(stream, 0);
      const shown = percent === undefined ? line : `${line} ${percent} %`;
      stream.write(phase === 'ready' ? `${shown}\n` : shown.slice(0, (stream.columns ?? 80) - 1));
    } else if (line !== last) {
      stream.write(`${line}\n`);
    }
    last = line;
  };
}
