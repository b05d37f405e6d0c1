import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** The file with a line of JSON (audit.k8s.io/v1 Event) for each request of a service account. */
export function auditLog(dataDir: string): string {
  return join(dataDir, 'audit.log');
}

/**
 * Writes the audit policy, and gives the arguments by which the API server follows it: who asked for what, and what was
 * decided, without bodies. Only service accounts are written down, as programs of the control plane would drown them.
 */
export async function auditArguments(dataDir: string): Promise<readonly string[]> {
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
  };
  const file = join(dataDir, 'audit-policy.yaml');
  await writeFile(file, stringify(policy));
  return [`--audit-policy-file=${file}`, `--audit-log-path=${auditLog(dataDir)}`, '--audit-log-mode=blocking'];
}
