import { annotations, labels } from '@kaito/crds';
import { someone } from '../observed.test-data.ts';
import { aReadyNode, type NodeShape } from './builders.test-data.ts';
import { nodeTie } from './node-tie.ts';

const wanted = { apps: 'a-workspace' };
const own = { [labels.workspace]: 'a-workspace', [labels.workspaceNamespace]: 'default' };
const tieOf = (shape: NodeShape, workspace = someone(), selector: Readonly<Record<string, string>> = wanted) =>
  nodeTie(aReadyNode('n', shape), workspace, selector, 'auto');

describe('nodeTie', () => {
  it('tells nodes that were made from nodes that were found', () => {
    const karpenter = {
      [labels.karpenterWorkspaceName]: 'a-workspace',
      [labels.karpenterWorkspaceNamespace]: 'default',
    };
    expect(tieOf({ labels: own })).toBe('claimed');
    expect(tieOf({ labels: karpenter })).toBe('claimed');
    expect(tieOf({ labels: own, annotations: { [annotations.reservedBy]: 'default/a-workspace' } })).toBe('reserved');
  });

  it('leaves what is somebody else’s, or may be taken away by a provisioner', () => {
    const foreign: readonly NodeShape[] = [
      { labels: { ...own, [labels.workspace]: 'another' } },
      { labels: { ...own, [labels.workspaceNamespace]: 'another' } },
      { annotations: { [annotations.reservedBy]: 'default/another' } },
      { labels: { [labels.nodePool]: 'general' } },
      { labels: { [labels.provisionerName]: 'default' } },
      { labels: { [labels.ragEngine]: 'rag' } },
    ];
    for (const shape of foreign) expect(tieOf(shape)).toBeUndefined();
  });

  it('finds free nodes by the selector, and takes none unasked where the selector is empty', () => {
    expect(tieOf({})).toBe('free');
    expect(tieOf({ labels: { apps: 'other' } })).toBeUndefined();
    expect(tieOf({}, someone(), {})).toBeUndefined();
    expect(tieOf({}, someone({ resource: { preferredNodes: ['n'] } }), {})).toBe('free');
    expect(tieOf({ labels: { apps: 'other' } }, someone({ resource: { preferredNodes: ['n'] } }))).toBeUndefined();
  });

  it('lets labels alone decide where users bring nodes', () => {
    const node = aReadyNode('n', { labels: { ...own, [labels.workspace]: 'another' } });
    expect(nodeTie(node, someone(), wanted, 'brought')).toBe('brought');
    expect(nodeTie(node, someone(), {}, 'brought')).toBe('brought');
    expect(nodeTie(node, someone(), { apps: 'other' }, 'brought')).toBeUndefined();
  });
});
