import { fileURLToPath } from 'node:url';
import { ensureBinaries, runProgram } from '@kaito/local-stack';
import { parseAllDocuments } from 'yaml';

const charts = fileURLToPath(new URL('../../charts/', import.meta.url));

/** An object of Kubernetes as a chart renders it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** What the gpu-provisioner cannot do without. */
export const azureValues = [
  'settings.azure.subscriptionId=11111111-1111-4111-8111-111111111111',
  'settings.azure.resourceGroup=rg',
  'settings.azure.clusterName=aks',
  'settings.azure.location=eastus',
  'workloadIdentity.clientId=22222222-2222-4222-8222-222222222222',
  'workloadIdentity.tenantId=33333333-3333-4333-8333-333333333333',
];

/** Where a chart lies. */
export function chartFolder(name: string): string {
  return `${charts}${name}`;
}

/**
 * Runs helm.
 * @param kubeconfig of the cluster; not needed for what needs none
 * @returns its standard output
 * @throws CommandError with its standard error
 */
export async function helm(args: readonly string[], kubeconfig = '/dev/null'): Promise<string> {
  const path = (await ensureBinaries(['helm']))('helm');
  return runProgram(path, args, { env: { ...process.env, KUBECONFIG: kubeconfig }, timeoutMs: 120_000 });
}

/** `--set` for each of the values. */
export function setting(values: readonly string[]): readonly string[] {
  return values.flatMap(value => ['--set', value]);
}

/** The objects of a release, with its hooks and tests. */
export async function render(
  chart: string,
  { namespace, values }: { readonly namespace: string; readonly values: readonly string[] },
): Promise<readonly Rendered[]> {
  const args = ['template', chart, chartFolder(chart), '--namespace', namespace, ...setting(values)];
  const documents = parseAllDocuments(await helm(args));
  return documents.flatMap(document => {
    if (document.errors.length > 0)
      throw new Error(`${chart} renders what is not YAML: ${document.errors[0]?.message}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server judges what it is
    const object = document.toJS() as Rendered | null;
    return object ? [object] : [];
  });
}
