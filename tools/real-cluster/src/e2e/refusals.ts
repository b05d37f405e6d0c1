import { readFile } from 'node:fs/promises';
import { auditLog, readAuditLog } from '@kaito/local-stack';
import { CHARTS } from './releases.ts';

/** What the API server has refused to the service accounts of the charts, by its audit log. */
export class Refusals {
  readonly #file: string;
  /** Of the file, that were read and are not to be seen again. */
  #passed = 0;

  /** @param dataDir of the run whose API server writes the log. */
  constructor(dataDir: string) {
    this.#file = auditLog(dataDir);
  }

  /**
   * Looking whether a kind is installed (one object of it) may be refused: then it is not used.
   * @throws with what was refused, or when nothing was asked for at all.
   */
  async check(): Promise<void> {
    const text = (await readFile(this.#file, 'utf8')).slice(this.#passed);
    const accounts = Object.values(CHARTS).map(namespace => `system:serviceaccount:${namespace}:`);
    // The last line may be half written.
    const requests = readAuditLog(text.slice(0, text.lastIndexOf('\n') + 1)).filter(({ user }) =>
      accounts.some(account => user.startsWith(account)),
    );
    if (requests.length === 0) throw new Error('the audit log knows no request of the controllers');
    const refused = requests.filter(({ allowed, uri }) => !allowed && !uri.endsWith('?limit=1'));
    if (refused.length === 0) return;
    const lines = refused.map(({ user, verb, uri }) => `${user}: ${verb} ${uri}`);
    throw new Error(`the API server has refused the controllers: ${lines.join('; ')}`);
  }

  /** Passes over what has been asked for so far: a replica that ends after helm has taken its rights gives its lease back in vain. */
  async pass(): Promise<void> {
    this.#passed = (await readFile(this.#file, 'utf8')).length;
  }
}
