import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { hasCode } from '../error-text.ts';

/** The log of a container, in the format of container runtimes (Kubernetes, "CRI logging"): the present run's, and that of the run before. */
export class ContainerLog {
  readonly file: string;
  readonly previousFile: string;
  readonly #shown: (text: string) => string;

  /** @param shown makes of a line what the container would have written */
  constructor(folder: string, shown: (text: string) => string) {
    this.file = `${folder}/current.log`;
    this.previousFile = `${folder}/previous.log`;
    this.#shown = shown;
  }

  /** A new run begins. */
  rotate(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    try {
      renameSync(this.file, this.previousFile);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    writeFileSync(this.file, '');
  }

  /** Writes down what comes from a stream, line by line, as it comes. */
  take(name: 'stdout' | 'stderr', stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = `${rest}${decoder.write(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      this.#append(name, lines);
    });
    stream.on('end', () => this.#append(name, rest === '' ? [] : [rest]));
  }

  /** What the present run has written, as it was written. */
  text(): string {
    const lines = readFileSync(this.file, 'utf8').split('\n');
    return lines.map(line => line.replace(/^\S+ \S+ F /, '')).join('\n');
  }

  #append(name: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    const time = new Date().toISOString();
    try {
      appendFileSync(this.file, lines.map(line => `${time} ${name} F ${this.#shown(line)}\n`).join(''));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error; // The pod was removed under a process that was still dying.
    }
  }
}
