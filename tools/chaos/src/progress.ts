import { clearLine, cursorTo } from 'node:readline';
import type { Clock } from '@kaito/kube';
import { failure, isFailed, seconds } from './report.ts';
import type { RoundResult } from './target.ts';

/** Where progress is shown. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows rounds as they end: on a terminal in one line with what is to come, else a line for each. A failure is shown whole at once. */
export function progressOf(stream: ProgressStream, total: number, clock: Clock): (result: RoundResult) => void {
  const start = clock.monotonic();
  let done = 0;
  let failed = 0;
  return result => {
    done += 1;
    if (isFailed(result)) failed += 1;
    const { id, point, fault, crashed, durationMs } = result;
    const left = seconds(((clock.monotonic() - start) / done) * (total - done));
    const what = `${id} ${crashed ? '' : '(no crash) '}${point} × ${fault}`;
    if (stream.isTTY) {
      clearLine(stream, 0);
      cursorTo(stream, 0);
    }
    if (isFailed(result)) stream.write(`${failure(result).join('\n')}\n`);
    const count = `${done}/${total}`;
    if (!stream.isTTY)
      stream.write(`${count} ${isFailed(result) ? 'FAILED' : 'ok'} ${what} ${seconds(durationMs)}, ${left} left\n`);
    else stream.write(`${count}  ${failed} failed  ${left} left  ${what}`.slice(0, (stream.columns ?? 80) - 1));
    if (stream.isTTY && done === total) stream.write('\n');
  };
}
