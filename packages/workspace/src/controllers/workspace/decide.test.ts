import type { Workspace } from '@kaito/crds';
import type { ControllerRevision } from '@kaito/kube';
import { azurePrices, catalogue, findModel, gpuSkus, type Plan } from '@kaito/planner';
import { override, type Overrides } from '@kaito/testing';
import type { Observed, ObservedConfig } from '../../observed.ts';
import { anObserved, someone } from '../../observed.test-data.ts';
import { aClaim, now, sized, time } from '../../provisioning/builders.test-data.ts';
import type { Provisioning } from '../../provisioning/provisioning.ts';
import { nextRevision } from '../../revisions/revision.ts';
import { revisionData } from '../../revisions/revision-data.ts';
import { decide, type Decision } from './decide.ts';

const settings = { skus: gpuSkus, prices: azurePrices, features: {} };
const minute = 60_000;
const oneA100 = 'Standard_NC24ads_A100_v4';
const oneA10 = 'Standard_NV36ads_A10_v5';
const twoA10 = 'Standard_NV72ads_A10_v5';
const refused = 'all requested instance types were unavailable during launch: SKUNotAvailable';
/** One A100 serves the model, and so do two A10, in one node or in two. */
const resource = { instanceType: oneA100, deadline: '20m', alternatives: [{ instanceType: oneA10 }] };
const model = findModel(catalogue, 'phi-4');

function phi4(changes: Overrides<Workspace> = {}): Workspace {
  return someone({ resource, inference: { preset: { name: 'phi-4' } }, ...changes });
}

function at(
  ms: number,
  workspace: Workspace,
  change: Partial<Observed> = {},
  learnt?: Provisioning['refusal'],
): Decision {
  const observed = anObserved({ workspace, ...(model && { model: { state: 'known', model } }), ...change });
  const provisioning = { mode: 'auto', ...(learnt && { refusal: learnt }) } as const;
  return decide(observed, [], { provisioning, settings, now: ms });
}

/** Decides, and writes the revision down as the reconciler does. */
function atWith(
  revisions: readonly ControllerRevision[],
  workspace: Workspace,
  change: Partial<Observed> = {},
): { readonly decision: Decision; readonly revisions: readonly ControllerRevision[] } {
  const observed = anObserved({ workspace, ...(model && { model: { state: 'known', model } }), ...change });
  const decision = decide(observed, revisions, { provisioning: { mode: 'auto' }, settings, now });
  const { write } = decision.revision;
  return { decision, revisions: write && decision.result.ok ? [...revisions, write] : revisions };
}

function planOf({ result }: Decision): Plan {
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; ') || 'pending');
  return result.plan;
}

/** The workspace as it is once the decision was written down. */
function written(workspace: Workspace, decision: Decision, since = time): Workspace {
  const { rung, nodes } = planOf(decision);
  const { instanceType, capacityType, count: nodeCount, gpus: gpusPerNode } = nodes;
  const plan = {
    rung,
    instanceType,
    capacityType,
    nodeCount,
    gpusPerNode,
    reason: '',
    ...(decision.target && { ladder: decision.target.ladder }),
    since,
  };
  return { ...workspace, status: { ...workspace.status, plan } };
}

describe('decide', () => {
  it('waits for the first size until its deadline, then plans the alternative anew', () => {
    const claims = [aClaim('ws0', sized(oneA100))];
    const waiting = written(phi4(), at(now, phi4()));
    expect(planOf(at(now + 20 * minute - 1, waiting, { claims }))).toMatchObject({ rung: 0, nodes: { count: 1 } });
    const late = at(now + 20 * minute, waiting, { claims });
    expect(late.target?.moved).toBe(`1 ${oneA100} nodes were not ready within 20m`);
    expect(planOf(late)).toMatchObject({
      rung: 1,
      nodes: { instanceType: oneA10, count: 2 },
      server: { parallelism: { tensor: 1, pipeline: 2 } },
    });
  });

  it('stays on the step that it came to, though the claims that were refused are gone', () => {
    const claims = [aClaim('ws0', { ...sized(oneA100), refused })];
    const moved = at(now, written(phi4(), at(now, phi4())), { claims });
    expect(moved.target?.moved).toContain(refused);
    const later = at(now + 24 * 60 * minute, written(phi4(), moved));
    expect(planOf(later).rung).toBe(1);
    expect(later.target?.moved).toBeUndefined();
  });

  it('passes over several steps at once where none of them can be had', () => {
    const three = phi4({
      resource: { ...resource, alternatives: [{ instanceType: oneA10 }, { instanceType: twoA10 }] },
    });
    const claims = [oneA100, oneA10].map((size, index) => aClaim(`ws${index}`, { ...sized(size), refused }));
    const decision = at(now, written(three, at(now, three)), { claims });
    expect(planOf(decision)).toMatchObject({ rung: 2, nodes: { instanceType: twoA10, count: 1 } });
    expect(decision.target?.moved).toContain(oneA10);
  });

  it('begins at the top after an edit of resource, and only then', () => {
    const low = written(phi4(), at(now, phi4(), { claims: [aClaim('ws0', { ...sized(oneA100), refused })] }));
    const labelled = override(low, { metadata: { labels: { team: 'a' } } });
    expect(planOf(at(now, labelled)).rung).toBe(1);
    const edited = override(low, { resource: { deadline: '30m' } });
    expect(planOf(at(now, edited))).toMatchObject({ rung: 0, nodes: { instanceType: oneA100 } });
  });

  it('goes on for what was learnt from claims that are gone', () => {
    const learnt = () => ({
      size: { instanceType: oneA100, capacityType: 'on-demand' } as const,
      reason: 'they vanish',
    });
    const decision = at(now, phi4(), {}, learnt);
    expect(planOf(decision).rung).toBe(1);
    expect(decision.target?.moved).toBe(`${oneA100} cannot be had: they vanish`);
  });

  it('keeps a size that it picked, for as long as it is not refused', () => {
    const open = phi4({ resource: { instanceType: undefined, deadline: undefined, alternatives: undefined } });
    const first = at(now, open);
    expect(planOf(first).nodes.instanceType).toBe(oneA100);
    const settled = override(written(open, first), { status: { plan: { instanceType: oneA10 } } });
    expect(planOf(at(now, settled)).nodes.instanceType).toBe(oneA10);
    const claims = [aClaim('ws0', { ...sized(oneA10), refused })];
    expect(planOf(at(now, settled, { claims })).nodes.instanceType).toBe(oneA100);
  });

  it('asks for no node before the Secret that the server needs is there, and leaves one that runs alone', () => {
    const secrets = [{ name: 'hugging-face' }];
    expect(at(now, phi4(), { secrets }).result).toMatchObject({ ok: false, problems: [{ code: 'SecretMissing' }] });
    expect(at(now, phi4(), { secrets, claims: [aClaim('ws0', sized(oneA100))] }).result.ok).toBe(true);
  });

  it('asks for no node for a gated model whose Secret has no token in it', () => {
    const llama = findModel(catalogue, 'llama-3.1-8b-instruct');
    const preset = { name: 'llama-3.1-8b-instruct', presetOptions: { modelAccessSecret: 'token' } };
    const gated = someone({ resource: { instanceType: oneA100 }, inference: { preset } });
    const known = llama && { model: { state: 'known' as const, model: llama } };
    const having = (key: string) => at(now, gated, { ...known, secrets: [{ name: 'token', keys: [key] }] }).result;
    const field = 'inference.preset.presetOptions.modelAccessSecret';
    expect(having('token')).toMatchObject({ ok: false, problems: [{ code: 'SecretMissing', field }] });
    expect(having('HF_TOKEN').ok).toBe(true);
  });
});

describe('an edit that is refused', () => {
  const good = atWith([], phi4());
  const before = written(phi4(), good.decision);
  const tooSmall = override(before, { resource: { instanceType: 'Standard_NC6s_v3', alternatives: undefined } });

  it('leaves the last good revision to be looked after', () => {
    const { decision } = atWith(good.revisions, tooSmall);
    expect(decision.result).toMatchObject({ ok: false, problems: [{ field: 'resource.instanceType' }] });
    expect(decision.target).toMatchObject({
      revision: 1,
      plan: { nodes: { instanceType: oneA100 } },
      workspace: { resource, metadata: before.metadata },
    });
  });

  it('does not keep that one from going down its ladder', () => {
    const { decision } = atWith(good.revisions, tooSmall, { claims: [aClaim('ws0', { ...sized(oneA100), refused })] });
    expect(decision.target).toMatchObject({ plan: { rung: 1, nodes: { instanceType: oneA10 } } });
    expect(decision.target?.moved).toContain(refused);
  });

  it('leaves nothing to look after where nothing was ever good', () => {
    const { decision } = atWith([], tooSmall);
    expect(decision.result.ok).toBe(false);
    expect(decision.target).toBeUndefined();
  });

  it('is found on each rung, whatever admission let through, but what runs is not asked again', () => {
    const below = override(phi4(), { resource: { alternatives: [{ instanceType: 'Standard_NC6s_v3' }] } });
    const { result } = atWith([], below).decision;
    expect(result).toMatchObject({ ok: false, problems: [{ field: 'resource.alternatives[0].instanceType' }] });
    const wrote = nextRevision(below, revisionData(below, { state: 'none' }), []).write;
    expect(atWith(wrote ? [wrote] : [], below).decision.result.ok).toBe(true);
  });

  it('of the settings leaves those that run', () => {
    const configured = override(before, { inference: { config: 'settings' } });
    const first = atWith(good.revisions, configured, { config: settingsOf('vllm:\n  max-model-len: 8192\n') });
    const { decision } = atWith(first.revisions, configured, { config: settingsOf('vllm: [') });
    expect(decision.result).toMatchObject({ ok: false, problems: [{ code: 'ConfigInvalid' }] });
    expect(decision.target).toMatchObject({ revision: 2, plan: { server: { contextLength: 8192 } } });
    expect(decision.target?.configHash).toBe(first.decision.target?.configHash);
  });
});

describe('a ConfigMap that is taken away', () => {
  const configured = phi4({ inference: { config: 'settings' } });
  const first = atWith([], configured, { config: settingsOf('vllm:\n  max-model-len: 8192\n') });
  const missing = { state: 'missing', name: 'settings' } as const;
  const running = { claims: [aClaim('ws0', sized(oneA100))] };

  it.each([missing, { state: 'empty', name: 'settings', key: 'inference_config.yaml' } as const])(
    'is no edit: what runs stays ($state)',
    config => {
      const { decision } = atWith(first.revisions, written(configured, first.decision), { config, ...running });
      expect(decision.revision).not.toHaveProperty('write');
      expect(decision.target).toMatchObject({ revision: 1, plan: { server: { contextLength: 8192 } } });
      expect(decision.target?.configHash).toBe(first.decision.target?.configHash);
    },
  );

  it('is refused together with another edit, and at first', () => {
    const edited = override(written(configured, first.decision), { resource: { count: 2 } });
    const { decision } = atWith(first.revisions, edited, { config: missing, ...running });
    expect(decision.result).toMatchObject({ ok: false, problems: [{ code: 'ConfigMissing' }] });
    expect(decision.target?.plan.nodes.count).toBe(1);
    expect(atWith([], configured, { config: missing }).decision.target).toBeUndefined();
  });
});

function settingsOf(text: string): ObservedConfig {
  return { state: 'read', name: 'settings', text, hash: `hash of ${text}` };
}
