import { format, resolveConfig } from 'prettier';
import { chartFiles, chartReference, charts } from './charts/chart-files.ts';
import { crdFolder } from './crd-files.ts';
import { airGapReference } from './air-gap-reference.ts';
import { provisionerDashboard } from './dashboard/provisioner-dashboard.ts';
import { workspaceDashboard } from './dashboard/workspace-dashboard.ts';
import { diagnosisReference } from './diagnosis-reference.ts';
import { fieldReference } from './field-reference.ts';
import type { GeneratedFile, GeneratedFolder } from './generated-folder.ts';
import { provisionerMetricReference, workspaceMetricReference } from './metric-reference.ts';
import { modelReference } from './model-reference.ts';
import { provisionerSettingsReference, workspaceSettingsReference } from './settings-reference.ts';
import { sizeReference } from './size-reference.ts';

const reference = 'docs/reference';

/** Everything in the repository that is made and not written. */
export async function generatedFolders(): Promise<readonly GeneratedFolder[]> {
  const pages = [
    { path: `${reference}/air-gap.md`, text: airGapReference() },
    { path: `${reference}/diagnosis.md`, text: diagnosisReference() },
    { path: `${reference}/metrics-gpu-provisioner.md`, text: provisionerMetricReference() },
    { path: `${reference}/metrics-workspace.md`, text: workspaceMetricReference() },
    { path: `${reference}/models.md`, text: modelReference() },
    { path: `${reference}/settings-gpu-provisioner.md`, text: provisionerSettingsReference() },
    { path: `${reference}/settings-workspace.md`, text: workspaceSettingsReference() },
    { path: `${reference}/sizes.md`, text: sizeReference() },
    { path: `${reference}/workspace-fields.md`, text: fieldReference() },
    ...charts.map(chart => chartReference(chart, reference)),
  ];
  const ofCharts = charts.map(async (chart): Promise<GeneratedFolder> => {
    const files = await Promise.all(chartFiles(chart).map(formatted));
    return { path: `charts/${chart.name}`, files, shared: true };
  });
  return [
    crdFolder,
    ...(await Promise.all(ofCharts)),
    await dashboardFolder('gpu-provisioner', provisionerDashboard),
    await dashboardFolder('workspace', workspaceDashboard),
    { path: reference, files: await Promise.all(pages.map(formatted)) },
  ];
}

async function dashboardFolder(chart: string, dashboard: object): Promise<GeneratedFolder> {
  const path = `charts/${chart}/dashboards`;
  return { path, files: [await formatted({ path: `${path}/${chart}.json`, text: JSON.stringify(dashboard) })] };
}

/** The file as the formatter wants it, so that it and the check of the format agree. */
async function formatted({ path, text }: GeneratedFile): Promise<GeneratedFile> {
  const options = await resolveConfig(import.meta.filename);
  return { path, text: await format(text, { ...options, filepath: path }) };
}
