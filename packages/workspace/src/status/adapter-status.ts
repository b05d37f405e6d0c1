import type { AdapterStatus } from '@kaito/crds';
import type { Pod } from '@kaito/kube';
import type { PlannedAdapter } from '@kaito/planner';
import { adapterSource, type AdapterReport, type AdapterReports } from '../observe/adapter-reports.ts';
import type { WatchedSource } from '../observe/log-reports.ts';
import type { Observed } from '../observed.ts';
import { adapterFolders } from '../render/adapters/adapter-folders.ts';
import { isServing } from './serving.ts';
import { plannedBy, type StatusInput } from './status-input.ts';

/** The adapters of a workspace as its pods have them, in the order in which they are written; none where it has none. */
export function adapterStatuses(input: Pick<StatusInput, 'observed' | 'result' | 'kept'>): readonly AdapterStatus[] {
  const plan = plannedBy(input);
  const { observed } = input;
  return plan?.job === 'inference' ? plan.adapters.map(adapter => adapterStatus(adapter, observed)) : [];
}

/** Those that cannot be had or loaded. */
export function failedAdapters(input: Parameters<typeof adapterStatuses>[0]): readonly AdapterStatus[] {
  return adapterStatuses(input).filter(({ state }) => state === 'Failed');
}

/** Which adapter it is, and what is wrong with it, in the words of the registry or the server. */
export function describeAdapter({ name, message = 'it failed' }: AdapterStatus): string {
  return `adapter ${name}: ${message}`;
}

/**
 * The containers that report of adapters, and of which of them news are awaited: of those that have not said of each adapter that it is
 * loaded, and of no other that it still is.
 */
export function adapterSources(
  { pods, adapterReports }: Pick<Observed, 'pods' | 'adapterReports'>,
  wanted: readonly PlannedAdapter[],
): readonly WatchedSource[] {
  const images = wanted.filter(({ image }) => image !== undefined);
  return alive(pods).flatMap(pod => {
    const source = adapterSource(pod);
    const reports = adapterReports?.get(pod.metadata.uid ?? '') ?? [];
    return source ? [{ ...source, awaited: !isSettled(reports, images) }] : [];
  });
}

function isSettled(reports: readonly AdapterReport[], wanted: readonly PlannedAdapter[]): boolean {
  const there = reports.filter(({ state }) => state !== 'Unloaded');
  const isLoaded = ({ name, image }: PlannedAdapter): boolean =>
    there.some(report => report.name === name && report.image === image && report.state === 'Loaded');
  return there.length === wanted.length && wanted.every(isLoaded);
}

function adapterStatus(adapter: PlannedAdapter, observed: Observed): AdapterStatus {
  const { name, image } = adapter;
  const named = { name, ...(image !== undefined && { image }) };
  const pods = alive(observed.pods);
  const reporting = image === undefined ? [] : pods.filter(pod => adapterSource(pod) !== undefined);
  if (reporting.length > 0) return { ...named, ...fromReports(adapter, observed, reporting) };
  const isThere = pods.length > 0 && pods.every(pod => comesWith(pod, name)) && isServing(observed);
  return { ...named, state: isThere ? 'Loaded' : 'Pending' };
}

type Told = Omit<AdapterStatus, 'name' | 'image'>;

/** One pod that fails is told; it is there when all pods have it. */
function fromReports({ name, image }: PlannedAdapter, observed: Observed, pods: readonly Pod[]): Told {
  const reports = pods.map(pod => reportOf(observed.adapterReports, pod)?.find(report => report.name === name));
  const own = reports.filter(report => report?.image === image).filter(report => report !== undefined);
  const failed = own.find(({ state }) => state === 'Failed');
  if (failed) return { state: 'Failed', ...(failed.message !== undefined && { message: failed.message }) };
  const [first] = own;
  if (first && own.length === pods.length && own.every(({ state }) => state === 'Loaded')) {
    const { digest, lineage } = first;
    return { state: 'Loaded', ...(digest !== undefined && { digest }), ...(lineage && { lineage }) };
  }
  return before({ name, image }, observed, pods) ?? { state: 'Pending' };
}

/** A restart of ours must not look like one of the adapters: until all logs were read, what was told holds. */
function before(
  { name, image }: Pick<PlannedAdapter, 'name'> & { readonly image: string | undefined },
  { workspace, adapterReports }: Observed,
  pods: readonly Pod[],
): Told | undefined {
  if (pods.every(pod => reportOf(adapterReports, pod) !== undefined)) return undefined;
  const told = workspace.status?.adapters?.find(adapter => adapter.name === name && adapter.image === image);
  if (!told) return undefined;
  const { name: _, image: __, ...rest } = told;
  return rest;
}

function reportOf(reports: AdapterReports | undefined, { metadata }: Pod): readonly AdapterReport[] | undefined {
  return reports?.get(metadata.uid ?? '');
}

/** Whether a pod has the adapter from its start: mounted, or brought by a container of its name as KAITO's controller has it. */
function comesWith({ spec }: Pod, name: string): boolean {
  const mounts = spec?.containers.flatMap(({ volumeMounts = [] }) => volumeMounts) ?? [];
  const pullers = spec?.initContainers?.map(container => container.name) ?? [];
  return (
    mounts.some(({ mountPath }) => mountPath === `${adapterFolders.atStart}/${name}`) ||
    [name, `puller-${name}`].some(puller => pullers.includes(puller))
  );
}

function alive(pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}
