import { readFile } from 'node:fs/promises';
import { auditLog, readAuditLog } from '@kaito/local-stack';
import { CHARTS } from './releases.ts';

/**
 * Requests of the charts' service accounts that the API server has refused, a line each. Looking whether a kind is installed
 * (one object of it) may be refused: then it is not used.
 */
export async function refusals(dataDir: string): Promise<readonly string[]> {
  const accounts = Object.values(CHARTS).map(namespace => `system:serviceaccount:${namespace}:`);
  const requests = readAuditLog(await readFile(auditLog(dataDir), 'utf8')).filter(({ user }) =>
    accounts.some(account => user.startsWith(account)),
  );
  if (requests.length === 0) throw new Error('the audit log knows no request of the controllers');
  return requests
    .filter(({ allowed, uri }) => !allowed && !uri.endsWith('?limit=1'))
    .map(({ user, verb, uri }) => `${user}: ${verb} ${uri}`);
}
