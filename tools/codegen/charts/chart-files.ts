import type { GeneratedFile } from '../generated-folder.ts';
import type { Chart } from './chart-value.ts';
import { provisionerChart } from './provisioner-chart.ts';
import { valuesReference } from './values-reference.ts';
import { valuesSchema } from './values-schema.ts';
import { valuesYaml } from './values-yaml.ts';
import { workspaceChart } from './workspace-chart.ts';

/** The charts of this repository. */
export const charts: readonly Chart[] = [provisionerChart, workspaceChart];

/** `values.yaml` of a chart and the schema that helm judges values by. */
export function chartFiles(chart: Chart): readonly GeneratedFile[] {
  const folder = `charts/${chart.name}`;
  return [
    { path: `${folder}/values.yaml`, text: valuesYaml(chart) },
    { path: `${folder}/values.schema.json`, text: JSON.stringify(valuesSchema(chart)) },
  ];
}

/** The page of the reference on the values of a chart. */
export function chartReference(chart: Chart, folder: string): GeneratedFile {
  return { path: `${folder}/values-${chart.name}.md`, text: valuesReference(chart) };
}
