import { annotations, type Workspace } from '@kaito/crds';
import type { ControllerRevision } from '@kaito/kube';
import { aWorkspace } from '@kaito/testing';
import { changesBetween } from './changes.ts';
import { impactOf } from './impact.ts';
import { keptRevisions, nextRevision } from './revision.ts';
import { revisionData, revisionHash } from './revision-data.ts';

const workspace = aWorkspace({ metadata: { uid: 'u1' } });
const none = { state: 'none' } as const;
const edited = (config: string): Workspace => ({ ...workspace, inference: { ...workspace.inference, config } });

const note = (key: string): Workspace => aWorkspace({ metadata: { uid: 'u1', annotations: { [key]: 'x' } } });

/** Plays the API server: writes what is to be written, prunes what is to be pruned. */
function after(known: readonly ControllerRevision[], current: Workspace): readonly ControllerRevision[] {
  const { write, prune } = nextRevision(current, revisionData(current, none), known);
  const others = known.filter(({ metadata }) => metadata.name !== write?.metadata.name);
  return [...others, ...(write ? [write] : [])].filter(({ metadata }) => !prune.includes(metadata.name));
}

describe('revisions', () => {
  test('the first edition is number 1, and is written once', () => {
    const known = after([], workspace);
    expect(known).toMatchObject([{ revision: 1, metadata: { labels: { 'workspace.kaito.io/name': 'a-workspace' } } }]);
    expect(nextRevision(workspace, revisionData(workspace, none), known)).toMatchObject({ number: 1, prune: [] });
    expect(nextRevision(workspace, revisionData(workspace, none), known)).not.toHaveProperty('write');
  });

  test('an edit is the next number and knows what it started from', () => {
    const known = after([], workspace);
    const step = nextRevision(edited('a'), revisionData(edited('a'), none), known);
    expect(step.number).toBe(2);
    expect(step.before).toEqual(revisionData(workspace, none));
  });

  test('data that come back are the newest again, under their old name', () => {
    const known = after(after([], workspace), edited('a'));
    const { number, write } = nextRevision(workspace, revisionData(workspace, none), known);
    expect(number).toBe(3);
    expect(write?.metadata.name).toBe(known[0]?.metadata.name);
    expect(after(known, workspace)).toHaveLength(2);
  });

  test('old ones go, never the present one', () => {
    let known: readonly ControllerRevision[] = [];
    for (let edit = 0; edit < 30; edit++) known = after(known, edited(`config-${edit}`));
    expect(known).toHaveLength(keptRevisions + 1);
    expect(known.map(({ revision }) => revision)).toContain(30);
  });

  test('somebody else’s do not count', () => {
    const theirs = after([], aWorkspace({ metadata: { uid: 'u2' } }));
    expect(nextRevision(workspace, revisionData(workspace, none), theirs)).toMatchObject({ number: 1 });
  });

  test('annotations that are not read change nothing; those that are do, and so does the content of the ConfigMap', () => {
    const hash = revisionHash(revisionData(workspace, none));
    expect(revisionHash(revisionData(note('example.com/note'), none))).toBe(hash);
    expect(revisionHash(revisionData(note(annotations.runtime), none))).not.toBe(hash);
    const config = { state: 'read', name: 'c', text: 'a: 1', hash: 'h' } as const;
    expect(revisionHash(revisionData(workspace, config))).not.toBe(hash);
  });
});

describe('changes', () => {
  const data = revisionData(workspace, none);

  test('are told by field, with the declared impact', () => {
    const adapters = [{ source: { name: 'a', image: 'example.com/a:1' } }];
    const now = {
      ...data,
      resource: { instanceType: 'Standard_NC12s_v3', labelSelector: { matchLabels: { apps: 'a-workspace' } } },
      inference: { ...data.inference, adapters },
    };
    expect(changesBetween(data, now)).toEqual([
      { field: 'inference.adapters', impact: 'podRestart' },
      { field: 'resource.instanceType', impact: 'newNodes' },
    ]);
  });

  test('inside a list are told by index', () => {
    const source = { name: 'a', image: 'example.com/a:1' };
    const was = { ...data, inference: { ...data.inference, adapters: [{ source }] } };
    const is = { ...data, inference: { ...data.inference, adapters: [{ source: { ...source, image: 'b' } }] } };
    expect(changesBetween(was, is)).toEqual([{ field: 'inference.adapters[0].source.image', impact: 'podRestart' }]);
  });

  test('the most particular declaration counts', () => {
    expect(impactOf('tuning.input.name')).toBe('refused');
    expect(impactOf('tuning.input.urls[0]')).toBe('podRestart');
    expect(impactOf('resource.countless')).toBeUndefined();
  });
});
