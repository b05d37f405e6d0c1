import winston from 'winston';
import { expandErrors } from './expand-errors.ts';

/** Writes lines of a constant, capitalised message with the values as metadata. */
export interface Logger {
  error(message: string, meta?: object): unknown;
  warn(message: string, meta?: object): unknown;
  /** State changed. */
  info(message: string, meta?: object): unknown;
  /** Decided that there is nothing to do, and other detail. */
  debug(message: string, meta?: object): unknown;
  /** A logger whose every line also holds `meta`. */
  child(meta: object): Logger;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Stands as `logger` on every line. */
  readonly name: string;
  /** `json` (the default) is one object a line; `pretty` is for people at a terminal. */
  readonly format?: 'json' | 'pretty';
  /** Where lines go; standard output when absent. */
  readonly stream?: NodeJS.WritableStream;
}

const { combine, timestamp, json, printf, colorize } = winston.format;

const pretty = combine(
  colorize({ level: true }),
  printf(({ timestamp: time, level, message, ...meta }) => {
    const values = Object.keys(meta).length > 0 ? ` ${JSON.stringify(meta)}` : '';
    return `${String(time)} ${level} ${String(message)}${values}`;
  }),
);

/**
 * A logger to standard output. An Error anywhere in the metadata is written with its name, message, code, stack and cause.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, name, format = 'json', stream } = options;
  const layout = format === 'json' ? json({ bigint: true }) : pretty;
  return winston.createLogger({
    level,
    format: combine(timestamp(), expandErrors(), layout),
    defaultMeta: { logger: name },
    transports: [stream ? new winston.transports.Stream({ stream }) : new winston.transports.Console()],
  });
}
