import type { Pod } from '@kaito/kube';
import type { PlannedAdapter } from '@kaito/planner';
import { override } from '@kaito/testing';
import type { AdapterReport } from '../observe/adapter-reports.ts';
import { lastOfEach } from '../observe/adapter-reports.ts';
import type { Observed } from '../observed.ts';
import { adapterSources } from './adapter-status.ts';
import {
  inputOf,
  messageOf,
  plan,
  podOf,
  serving,
  starting,
  statusOf,
  verdicts,
  workspace,
} from './status.test-data.ts';
import { workspaceStatus } from './workspace-status.ts';

const image = 'r.example.com/sums:1';
const sums: PlannedAdapter = { name: 'sums', image, pullSecrets: [] };
const onVolume: PlannedAdapter = { name: 'kept', volumeSource: { emptyDir: {} }, pullSecrets: [] };
const digest = 'sha256:0a1b';
const lineage = { base: 'microsoft/phi-4@1', data: 'sha256:d', config: 'sha256:c', workspace: 'default/tuned' };
const loaded: AdapterReport = { name: 'sums', image, state: 'Loaded', digest, lineage };
const refused: AdapterReport = {
  name: 'sums',
  image,
  state: 'Failed',
  message: `cannot pull ${image}: failed to resolve digest: 401: Unauthorized`,
};

function pod(uid: string, container = 'adapters'): Pod {
  const metadata = { uid, name: `a-workspace-${uid}` };
  return override(podOf(), { metadata, spec: { initContainers: [{ name: container }] } });
}

function world(reports: Readonly<Record<string, readonly AdapterReport[]>>, change: Partial<Observed> = {}): Observed {
  return serving({ pods: [pod('1')], adapterReports: new Map(Object.entries(reports)), ...change });
}

const withAdapters = (...adapters: readonly PlannedAdapter[]) => ({
  result: { ok: true, plan: { ...plan, adapters } } as const,
});

const stateIn = (change: Partial<Observed>) => statusOf(world({}, change), withAdapters(onVolume)).adapters;

const awaited = (reports: Readonly<Record<string, readonly AdapterReport[]>>, ...wanted: readonly PlannedAdapter[]) =>
  adapterSources(world(reports), wanted).map(source => source.awaited);

describe('the status of adapters', () => {
  it('has digest and lineage of one that is loaded', () => {
    expect(statusOf(world({ 1: [loaded] }), withAdapters(sums)).adapters).toEqual([
      { name: 'sums', image, state: 'Loaded', digest, lineage },
    ]);
  });

  it('is left out where there are none, and goes when the last one goes', () => {
    const before = { ...workspace, status: { adapters: [{ name: 'sums', state: 'Loaded' as const }] } };
    expect(statusOf(world({}, { workspace: before }), withAdapters())).not.toHaveProperty('adapters');
  });

  it.each<[string, Readonly<Record<string, readonly AdapterReport[]>>, string]>([
    ['both have it', { 1: [loaded], 2: [loaded] }, 'Loaded'],
    ['one has not said so', { 1: [loaded], 2: [] }, 'Pending'],
    ['one was not read yet', { 1: [loaded] }, 'Pending'],
    ['one cannot have it', { 1: [loaded], 2: [refused] }, 'Failed'],
    ['one has another image', { 1: [loaded], 2: [{ ...loaded, image: 'r.example.com/sums:0' }] }, 'Pending'],
    ['one has put it away', { 1: [loaded], 2: [{ ...loaded, state: 'Unloaded' }] }, 'Pending'],
  ])('is that of all pods: %s', (_, reports, state) => {
    const two = world(reports, { pods: [pod('1'), pod('2')] });
    expect(statusOf(two, withAdapters(sums)).adapters).toMatchObject([{ state }]);
  });

  it('does not fall back while logs are read anew after a restart, and follows them then', () => {
    const told = statusOf(world({ 1: [loaded] }), withAdapters(sums));
    const after = { workspace: { ...workspace, status: told } };
    expect(statusOf(world({}, after), withAdapters(sums)).adapters).toEqual(told.adapters);
    expect(statusOf(world({ 1: [] }, after), withAdapters(sums)).adapters).toMatchObject([{ state: 'Pending' }]);
    const another = { ...sums, image: 'r.example.com/sums:2' };
    expect(statusOf(world({}, after), withAdapters(another)).adapters).toMatchObject([{ state: 'Pending' }]);
  });

  it('of one on a volume is that of the pods that mount it', () => {
    const mounting = override(pod('1', 'other'), {
      spec: { containers: [{ name: 'main', volumeMounts: [{ name: 'v', mountPath: '/mnt/adapter/kept' }] }] },
    });
    expect(stateIn({ pods: [mounting] })).toEqual([{ name: 'kept', state: 'Loaded' }]);
    expect(stateIn({ pods: [mounting], statefulSet: starting })).toEqual([{ name: 'kept', state: 'Pending' }]);
    expect(stateIn({ pods: [pod('1')] })).toEqual([{ name: 'kept', state: 'Pending' }]);
  });
});

describe('an adapter that fails', () => {
  it('before the pods are ready is why the workspace is not, with the words of the registry', () => {
    const status = statusOf(world({ 1: [refused] }, { statefulSet: starting }), withAdapters(sums));
    expect(verdicts(status)).toMatchObject({ InferenceReady: 'False AdapterFailed' });
    expect(messageOf(status, 'InferenceReady')).toBe(`adapter sums: ${refused.message}`);
    expect(status.diagnosis).toMatchObject({ cause: 'AdapterPullFailed', mover: 'user' });
    expect(status.diagnosis?.message).toContain(image);
  });

  it('after a change leaves the workspace ready, which says so', () => {
    const status = statusOf(world({ 1: [refused] }), withAdapters(sums));
    expect(status.state).toBe('Ready');
    expect(messageOf(status, 'InferenceReady')).toBe(`the model is being served; but adapter sums: ${refused.message}`);
    expect(status.diagnosis).toMatchObject({ cause: 'AdapterPullFailed', mover: 'user' });
  });
});

describe('what is read', () => {
  it('is awaited until all wanted are loaded and no others', () => {
    expect(awaited({}, sums)).toEqual([true]);
    expect(awaited({ 1: [refused] }, sums)).toEqual([true]);
    expect(awaited({ 1: [loaded] }, { ...sums, image: 'other:1' })).toEqual([true]);
    expect(awaited({ 1: [loaded] })).toEqual([true]);
    expect(awaited({ 1: [loaded] }, sums, onVolume)).toEqual([false]);
    expect(awaited({ 1: [{ ...loaded, state: 'Unloaded' }] })).toEqual([false]);
  });

  it('is nothing of pods that are going, or have no such container', () => {
    const going = override(pod('1'), { metadata: { deletionTimestamp: '2026-11-22T12:00:00Z' } });
    expect(adapterSources({ pods: [going, pod('2', 'other')] }, [sums])).toEqual([]);
  });

  it('is the last of each adapter, and nothing that is no report', () => {
    const later = { ...loaded, state: 'Unloaded' } as const;
    const odd = [null, 'text', {}, { name: 'x' }, { name: '', state: 'Loaded' }, { name: 'x', state: 'Odd' }];
    expect(lastOfEach([loaded, ...odd, later])).toEqual([later]);
    expect(lastOfEach([{ name: 'x', state: 'Loaded', lineage: { base: 1, other: 'y' } }])).toEqual([
      { name: 'x', state: 'Loaded' },
    ]);
  });
});

it('gives the same status for the same observation', () => {
  const input = inputOf(world({ 1: [loaded] }), withAdapters(sums));
  expect(workspaceStatus(input, 1000)).toEqual(workspaceStatus(input, 1000));
});
