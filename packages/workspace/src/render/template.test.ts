import { aTemplatePlan, anInput, templateWorkspace } from './plans.test-data.ts';
import { renderTemplate, type RenderedTemplate } from './template.ts';
import { renderWorkload } from './workload.ts';

const main = { name: 'main', image: 'example.azurecr.io/server:1', resources: { limits: { 'nvidia.com/gpu': 1 } } };

function render(template: object, changes?: Parameters<typeof anInput>[1]): RenderedTemplate {
  const { workspace } = anInput(aTemplatePlan(), { workspace: templateWorkspace(template) });
  return renderTemplate({ ...anInput(aTemplatePlan(), changes), workspace });
}

const ours = [
  { key: 'apps', operator: 'In', values: ['a-workspace'] },
  { key: 'kaito.sh/workspace', operator: 'In', values: ['a-workspace'] },
  { key: 'kaito.sh/workspacenamespace', operator: 'In', values: ['default'] },
  { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC24ads_A100_v4'] },
];
const zone = { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['1'] };
const disk = { key: 'disk', operator: 'Exists' };
const required = 'requiredDuringSchedulingIgnoredDuringExecution';

describe('a pod template of the user', () => {
  it('stays as it is, but for what ties its pods to the workspace', () => {
    const spec = { containers: [main], serviceAccountName: 'mine', volumes: [{ name: 'v', emptyDir: {} }] };
    const annotations = { note: 'kept' };
    const { template, notes } = render({ metadata: { labels: { app: 'mine' }, annotations }, spec });
    expect(template.metadata).toEqual({ labels: { app: 'mine', 'kaito.sh/workspace': 'a-workspace' }, annotations });
    expect(template.spec).toMatchObject(spec);
    expect(template.spec?.tolerations?.map(({ key }) => key)).toEqual(['nvidia.com/gpu', 'sku']);
    expect(template.spec?.affinity).toEqual({
      nodeAffinity: { [required]: { nodeSelectorTerms: [{ matchExpressions: ours }] } },
    });
    expect(notes).toEqual([]);
  });

  it('keeps its affinity: each of its alternatives must hold beside ours', () => {
    const podAntiAffinity = { [required]: [{ topologyKey: 'kubernetes.io/hostname' }] };
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: {} }] };
    const terms = [{ matchExpressions: [zone] }, { matchExpressions: [disk] }, {}];
    const affinity = { podAntiAffinity, nodeAffinity: { ...preferred, [required]: { nodeSelectorTerms: terms } } };
    expect(render({ spec: { containers: [main], affinity } }).template.spec?.affinity).toEqual({
      podAntiAffinity,
      nodeAffinity: {
        ...preferred,
        [required]: {
          nodeSelectorTerms: [{ matchExpressions: [zone, ...ours] }, { matchExpressions: [disk, ...ours] }, {}],
        },
      },
    });
  });

  it('keeps its affinity as it is where users bring nodes without labels', () => {
    const bare = aTemplatePlan();
    const input = anInput({ ...bare, nodes: { ...bare.nodes, labels: {} } }, { mode: 'brought', podNodeLabels: {} });
    const workspace = templateWorkspace({ spec: { containers: [main] } });
    expect(renderTemplate({ ...input, workspace }).template.spec).not.toHaveProperty('affinity');
  });

  it('gets tolerations that it lacks, and none twice', () => {
    const own = { key: 'mine', operator: 'Exists' };
    const sku = { effect: 'NoSchedule', value: 'gpu', operator: 'Equal', key: 'sku' };
    const { template } = render({ spec: { containers: [main], tolerations: [own, sku] } });
    expect(template.spec?.tolerations?.map(({ key }) => key)).toEqual(['mine', 'sku', 'nvidia.com/gpu']);
  });

  it('does not redirect the labels of ownership', () => {
    const { template } = render({
      metadata: { labels: { 'kaito.sh/workspace': 'victim' } },
      spec: { containers: [main] },
    });
    expect(template.metadata?.labels).toEqual({ 'kaito.sh/workspace': 'a-workspace' });
  });

  it('that asks for no GPUs gets those of its nodes, and a word about it', () => {
    const quiet = { name: 'main', image: 'a', resources: { requests: { cpu: '1' } } };
    const { template, notes } = render({ spec: { containers: [quiet, { name: 'side' }] } });
    expect(template.spec?.containers[0]?.resources).toEqual({
      requests: { cpu: '1', 'nvidia.com/gpu': '1' },
      limits: { 'nvidia.com/gpu': '1' },
    });
    expect(template.spec?.containers[1]).toEqual({ name: 'side' });
    expect(notes).toEqual([expect.stringMatching(/"main" gets all 1 of its node.*resources.limits/)]);
  });

  it.each([
    ['a container', { containers: [{ name: 'a' }, main] }],
    ['a slice', { containers: [{ name: 'a', resources: { limits: { 'nvidia.com/mig-1g.5gb': 1 } } }] }],
    ['another make', { containers: [{ name: 'a', resources: { requests: { 'amd.com/gpu': 1 } } }] }],
    ['an init container', { containers: [{ name: 'a' }], initContainers: [main] }],
    ['a claim', { containers: [{ name: 'a' }], resourceClaims: [{ name: 'gpu' }] }],
  ])('that asks for GPUs by %s gets none beside', (_, spec) => {
    const { template, notes } = render({ spec });
    expect(template.spec?.containers).toEqual(spec.containers);
    expect(notes).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['no spec', { spec: null }],
    ['no containers', { spec: { containers: 'none', tolerations: 7, affinity: [1] } }],
    ['strange containers', { metadata: [], spec: { containers: [null, 3], initContainers: [{ resources: 'x' }] } }],
    ['strange terms', { spec: { affinity: { nodeAffinity: { [required]: { nodeSelectorTerms: [null, 'x', 1] } } } } }],
  ])('with %s in it is passed on, for the API server to refuse', (_, template) => {
    const input = anInput(aTemplatePlan(), { workspace: templateWorkspace(template) });
    expect(() => renderWorkload(input)).not.toThrow();
  });
});
