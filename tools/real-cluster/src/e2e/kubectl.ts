import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '@kaito/local-stack';

export interface KubectlOptions {
  readonly command: string;
  readonly kubeconfig: string;
  /** Where manifests are written. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** kubectl with an administrator's rights. */
export class Kubectl {
  readonly #options: KubectlOptions;
  #files = 0;

  constructor(options: KubectlOptions) {
    this.#options = options;
  }

  /** @returns its standard output. @throws CommandError with what it said. */
  run(...args: readonly string[]): Promise<string> {
    const { command, kubeconfig, signal } = this.#options;
    return runProgram(command, args, { env: { ...process.env, KUBECONFIG: kubeconfig }, signal });
  }

  /** Applies objects. */
  async apply(objects: readonly object[]): Promise<void> {
    this.#files += 1;
    const file = join(this.#options.folder, `objects-${this.#files}.json`);
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await this.run('apply', '--server-side', '-f', file);
  }
}
