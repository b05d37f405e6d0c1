import type { Workspace } from '@kaito/crds';
import { ApiError, statefulSets, type Client, type StatefulSet } from '@kaito/kube';
import { aWorkspace } from '@kaito/testing';
import { rehearse } from './rehearse.ts';

const statefulSet: StatefulSet = {
  metadata: { name: 'a', namespace: 'default', ownerReferences: [{ apiVersion: 'v1', kind: 'a', name: 'a', uid: '' }] },
};
const template = aWorkspace({ inference: { preset: undefined, template: { spec: {} } } });
const adapters = [{ source: { name: 'v', volumeSource: { nosuch: {} } } }];
const withVolume = aWorkspace({ inference: { adapters } });

/** What comes of a rehearsal that the API server answers with this error, or takes; and what it was asked. */
async function rehearsed(workspace: Workspace, error?: Error, signal = new AbortController().signal) {
  const asked: unknown[] = [];
  const apply = (_: unknown, object: unknown, options: object): Promise<unknown> => {
    asked.push({ object, options });
    return error ? Promise.reject(error) : Promise.resolve(object);
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one call that is made
  const client = { apply } as unknown as Client;
  const workload = { resource: statefulSets, object: statefulSet };
  return { asked, problems: await rehearse(workspace, workload, { client, signal }) };
}

const invalid = new ApiError({
  code: 422,
  reason: 'Invalid',
  message:
    'apply statefulsets.apps "default/a": StatefulSet.apps "a" is invalid: spec.template.spec.containers: Required value',
});
const untyped = new ApiError({
  code: 500,
  reason: 'InternalError',
  message:
    'apply statefulsets.apps "default/a": failed to create typed patch object (default/a; apps/v1, Kind=StatefulSet): .spec.template.spec.volumes[name="adapter-volume-v"].nosuch: field not declared in schema',
});

test('asks without storing anything, and without an owner that may have no uid yet', async () => {
  const { asked, problems } = await rehearsed(template);
  expect(problems).toEqual([]);
  expect(asked).toEqual([
    {
      object: { metadata: { name: 'a', namespace: 'default' } },
      options: expect.objectContaining({ dryRun: true }) as unknown,
    },
  ]);
});

test('does not ask about pods that are ours alone', async () => {
  expect((await rehearsed(aWorkspace(), invalid)).asked).toEqual([]);
});

test('tells what is wrong in the words of the field that the user wrote', async () => {
  expect((await rehearsed(template, invalid)).problems).toEqual([
    {
      code: 'TemplateInvalid',
      field: 'inference.template',
      message: 'inference.template is not what pods can be made of: inference.template.spec.containers: Required value',
    },
  ]);
  const [problem] = (await rehearsed(withVolume, untyped)).problems;
  expect(problem).toMatchObject({ code: 'AdapterInvalid', field: 'inference.adapters' });
  expect(problem?.message).toContain('volumes[name="adapter-volume-v"].nosuch: field not declared in schema');
});

test('leaves other troubles to the real write, but never goes on when it is told to stop', async () => {
  const unavailable = new ApiError({ code: 503, reason: 'ServiceUnavailable', message: 'no' });
  expect((await rehearsed(template, unavailable)).problems).toEqual([]);
  await expect(rehearsed(template, unavailable, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
});
