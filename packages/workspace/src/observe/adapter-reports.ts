import type { AdapterStatus, Lineage } from '@kaito/crds';
import type { Pod } from '@kaito/kube';
import { adaptersContainerNames } from '../render/adapters/adapters-container.ts';
import { adapterMarker } from '../render/adapters/report-functions.ts';
import type { ReportSource } from './log-reports.ts';

/** What a pod has said of an adapter at last. */
export interface AdapterReport extends Pick<AdapterStatus, 'name' | 'image' | 'digest' | 'message' | 'lineage'> {
  readonly state: 'Loaded' | 'Failed' | 'Unloaded';
}

/** The reports of pods by their uid, one for each adapter; a pod that was not read yet is not in it. */
export type AdapterReports = ReadonlyMap<string, readonly AdapterReport[]>;

const states: readonly unknown[] = ['Loaded', 'Failed', 'Unloaded'];
const lineageParts = ['base', 'data', 'config', 'workspace'] as const;
/** A container could print anything; nothing longer than this can be meant. */
const maxText = 1024;

/** The container of a pod that reports of adapters; undefined where there is none. */
export function adapterSource(pod: Pod): ReportSource | undefined {
  const { name, namespace, uid } = pod.metadata;
  const found = pod.spec?.initContainers?.find(container => adaptersContainerNames.includes(container.name));
  if (!found || uid === undefined) return undefined;
  return { pod: { name, namespace, uid }, container: found.name, marker: adapterMarker, keep: lastOfEach };
}

/** The last report of each adapter, those that cannot be read left out. */
export function lastOfEach(reports: readonly unknown[]): readonly AdapterReport[] {
  const known = reports.map(readReport).filter(report => report !== undefined);
  return [...new Map(known.map(report => [report.name, report])).values()];
}

function readReport(value: unknown): AdapterReport | undefined {
  if (!isObject(value)) return undefined;
  const [name, image, digest, message] = ['name', 'image', 'digest', 'message'].map(key => textOf(value[key]));
  const { state } = value;
  if (name === undefined || !isState(state)) return undefined;
  const lineage = readLineage(value['lineage']);
  return {
    name,
    state,
    ...(image !== undefined && { image }),
    ...(digest !== undefined && { digest }),
    ...(message !== undefined && { message }),
    ...(lineage && { lineage }),
  };
}

function readLineage(value: unknown): Lineage | undefined {
  if (!isObject(value)) return undefined;
  const parts = lineageParts.flatMap(part => {
    const text = textOf(value[part]);
    return text === undefined ? [] : [[part, text] as const];
  });
  return parts.length > 0 ? Object.fromEntries(parts) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxText).toWellFormed() : undefined;
}

function isState(value: unknown): value is AdapterReport['state'] {
  return states.includes(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
