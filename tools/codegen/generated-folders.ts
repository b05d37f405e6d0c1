import { format, resolveConfig } from 'prettier';
import { crdFolder } from './crd-files.ts';
import { provisionerDashboard } from './dashboard/provisioner-dashboard.ts';
import type { GeneratedFile, GeneratedFolder } from './generated-folder.ts';
import { provisionerMetricReference, workspaceMetricReference } from './metric-reference.ts';

const charts = 'charts/gpu-provisioner/dashboards';
const reference = 'docs/reference';

/** Everything in the repository that is made and not written. */
export async function generatedFolders(): Promise<readonly GeneratedFolder[]> {
  const dashboard = { path: `${charts}/gpu-provisioner.json`, text: JSON.stringify(provisionerDashboard) };
  const metrics = [
    { path: `${reference}/metrics-gpu-provisioner.md`, text: provisionerMetricReference() },
    { path: `${reference}/metrics-workspace.md`, text: workspaceMetricReference() },
  ];
  return [
    crdFolder,
    { path: charts, files: [await formatted(dashboard)] },
    { path: reference, files: await Promise.all(metrics.map(formatted)), shared: true },
  ];
}

/** The file as the formatter wants it, so that it and the check of the format agree. */
async function formatted({ path, text }: GeneratedFile): Promise<GeneratedFile> {
  const options = await resolveConfig(import.meta.filename);
  return { path, text: await format(text, { ...options, filepath: path }) };
}
