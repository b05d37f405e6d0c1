import type { Workspace, WorkspaceStatus } from '@kaito/crds';
import { createMetrics } from '@kaito/kube';
import { aWorkspace } from '@kaito/testing';
import { WorkspaceCounts } from './workspace-counts.ts';
import { WorkspaceMetrics } from './workspace-metrics.ts';

const newMetrics = () => createMetrics({ processMetrics: false });
const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 22, 12, 0, seconds)).toISOString();

/** The samples of a metric that are not 0. */
async function samples(metrics: ReturnType<typeof newMetrics>, name: string): Promise<readonly string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter(line => line.startsWith(name) && !line.endsWith(' 0') && !line.includes('_bucket'));
}

function started(phases: Readonly<Record<string, number>>, readyAt?: string): WorkspaceStatus {
  const done = Object.entries(phases).map(([name, seconds]) => ({
    name,
    state: 'Done' as const,
    startedAt: at(0),
    finishedAt: at(seconds),
    expectedSeconds: 1,
  }));
  const open = { name: 'Ready', state: 'Running' as const, startedAt: at(0), expectedSeconds: 1 };
  return { startup: { startedAt: at(0), phases: [...done, open], ...(readyAt && { readyAt }) } };
}

const condition = (type: string, status: 'True' | 'False', reason = type) => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: at(0),
});

const write = async (name: string, ...steps: readonly WorkspaceStatus[]): Promise<readonly string[]> => {
  const metrics = newMetrics();
  const own = new WorkspaceMetrics(metrics);
  let before: Workspace = aWorkspace();
  for (const status of steps) {
    own.statusWritten(before, status);
    before = { ...before, status };
  }
  return samples(metrics, name);
};

const refused = (code: string): WorkspaceStatus => ({ conditions: [condition('Planned', 'False', code)] });

const onRung = (rung: number): WorkspaceStatus => ({
  plan: { rung, instanceType: '', capacityType: '', nodeCount: 1, gpusPerNode: 1, reason: '', since: at(0) },
});

describe('what happens to workspaces', () => {
  it('is how long each phase took, each time it came to an end', async () => {
    const first = started({ Planned: 1 });
    const later = started({ Planned: 1, NodeJoined: 285 });
    expect(await write('kaito_workspace_phase_duration_seconds', first, first, later)).toEqual([
      'kaito_workspace_phase_duration_seconds_sum{phase="Planned"} 1',
      'kaito_workspace_phase_duration_seconds_count{phase="Planned"} 1',
      'kaito_workspace_phase_duration_seconds_sum{phase="NodeJoined"} 285',
      'kaito_workspace_phase_duration_seconds_count{phase="NodeJoined"} 1',
    ]);
  });

  it('is how long a start took in all, once', async () => {
    const ready = started({ Planned: 1 }, at(900));
    expect(await write('kaito_workspace_start_duration_seconds', started({}), ready, ready)).toEqual([
      'kaito_workspace_start_duration_seconds_sum 900',
      'kaito_workspace_start_duration_seconds_count 1',
    ]);
  });

  it('is how often plans were refused, by code, each refusal once', async () => {
    const steps = ['ModelLookupPending', 'PresetUnknown', 'PresetUnknown', 'GpuMemoryTooSmall'].map(refused);
    expect(await write('kaito_workspace_plans_refused_total', ...steps)).toEqual([
      'kaito_workspace_plans_refused_total{code="PresetUnknown"} 1',
      'kaito_workspace_plans_refused_total{code="GpuMemoryTooSmall"} 1',
    ]);
  });

  it('is how often a size could not be had and another was tried', async () => {
    expect(await write('kaito_workspace_alternatives_tried_total', onRung(0), onRung(1), onRung(1), onRung(0))).toEqual(
      ['kaito_workspace_alternatives_tried_total 1'],
    );
  });
});

const of = (status: WorkspaceStatus, change: Partial<Workspace> = {}): Workspace => ({ ...aWorkspace(change), status });

describe('workspaces are counted at a scrape', () => {
  const diagnosis = { cause: 'QuotaExceeded', message: '', mover: 'cluster', nextStep: '', since: at(0) } as const;

  const fleet: readonly Workspace[] = [
    of({ state: 'Ready', conditions: [condition('WorkspaceSucceeded', 'True')] }),
    of({ state: 'Pending', diagnosis }),
    of({ state: 'NotReady' }),
    of({ conditions: [condition('Planned', 'False', 'PresetUnknown')] }),
    of({ conditions: [condition('Planned', 'False', 'ModelLookupPending')] }),
    of({}, { metadata: { name: 'a', deletionTimestamp: at(0) } }),
  ];

  it('by phase as KAITO has it, though one that waits is no error', async () => {
    const metrics = newMetrics();
    const counts = new WorkspaceCounts(metrics, { list: () => fleet });
    metrics.onCollect(() => counts.show());
    expect(await samples(metrics, 'kaito_workspace_count')).toEqual([
      'kaito_workspace_count{phase="succeeded"} 1',
      'kaito_workspace_count{phase="error"} 2',
      'kaito_workspace_count{phase="pending"} 2',
      'kaito_workspace_count{phase="deleting"} 1',
    ]);
  });

  it('by preset, by state and by cause; what is gone is forgotten', async () => {
    const metrics = newMetrics();
    let all = fleet.slice(0, 2);
    const counts = new WorkspaceCounts(metrics, { list: () => all });
    metrics.onCollect(() => counts.show());
    expect(await samples(metrics, 'kaito_workspaces{')).toEqual([
      'kaito_workspaces{state="Ready",reason=""} 1',
      'kaito_workspaces{state="Pending",reason="QuotaExceeded"} 1',
    ]);
    expect(await samples(metrics, 'kaito_workspace_preset_count')).toEqual([
      'kaito_workspace_preset_count{preset_name="phi-3-mini-4k-instruct"} 2',
    ]);
    all = [];
    expect(
      (await metrics.text()).split('\n').filter(line => /^kaito_workspace(?:s|_preset_count)\{/.test(line)),
    ).toEqual([]);
  });
});
