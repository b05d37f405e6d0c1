import { Writable } from 'node:stream';
import { ApiError } from '../client/api-error.ts';
import { createLogger } from './logger.ts';
import type { LoggerOptions } from './logger.ts';

/** The lines that `write` logs. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void, more: Partial<LoggerOptions> = {}): string[] {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString().trimEnd());
      done();
    },
  });
  write(createLogger({ level: 'info', name: 'test', stream, ...more }));
  return lines;
}

const parsed = (lines: readonly string[]): unknown[] => lines.map(line => JSON.parse(line) as unknown);

test('a line is one JSON object with time, level, logger and values', () => {
  const lines = logged(logger => logger.child({ controller: 'claims' }).info('Created pool', { pool: 'p', count: 1n }));
  expect(parsed(lines)).toEqual([
    {
      level: 'info',
      logger: 'test',
      message: 'Created pool',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      controller: 'claims',
      pool: 'p',
      count: expect.anything(),
    },
  ]);
});

test('errors are written out, with their causes', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const error = new ApiError({ code: 0, reason: 'NetworkError', message: 'get pods: refused', cause });
  expect(parsed(logged(logger => logger.error('Failed', { error })))).toMatchObject([
    {
      message: 'Failed',
      error: {
        name: 'ApiError',
        message: 'get pods: refused',
        code: 0,
        reason: 'NetworkError',
        stack: expect.stringContaining('logger.test'),
        cause: { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
      },
    },
  ]);
});

test('errors keep what ties them to the service that refused, and nothing else', () => {
  const error = Object.assign(new Error('refused'), {
    kind: 'quota',
    correlationId: 'c-1',
    statusCode: 409,
    url: 'https://x?s=1',
  });
  const [line] = parsed(logged(logger => logger.error('Failed', { error })));
  expect(line).toMatchObject({ error: { kind: 'quota', correlationId: 'c-1', statusCode: 409 } });
  expect(line).not.toHaveProperty('error.url');
});

test('causes in a circle come to an end', () => {
  const error = new Error('a');
  error.cause = error;
  expect(logged(logger => logger.error('Failed', { error }))).toHaveLength(1);
});

test('lines below the level are left out', () => {
  expect(logged(logger => logger.debug('Nothing to do'))).toEqual([]);
  expect(logged(logger => logger.debug('Nothing to do'), { level: 'debug' })).toHaveLength(1);
});

test('pretty lines are for people', () => {
  const [line] = logged(logger => logger.warn('Waiting', { for: 'a node' }), { format: 'pretty' });
  expect(line).toMatch(/^\S+Z .*warn.* Waiting .*"for":"a node"/);
});
