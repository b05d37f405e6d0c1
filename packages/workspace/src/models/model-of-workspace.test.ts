import { aWorkspace } from '@kaito/testing';
import { catalogue, findModel, type ModelLookup } from '@kaito/planner';
import { modelNameOf, modelOfWorkspace } from './model-of-workspace.ts';

const id = 'microsoft/Phi-3-mini-4k-instruct';
const served = {
  rung: 0,
  instanceType: 'x',
  capacityType: 'on-demand',
  nodeCount: 1,
  gpusPerNode: 1,
  reason: '',
  since: '',
};
const template = { ...aWorkspace(), inference: { template: {} } };

/** A directory that knows the catalogue and notes with which Secret it was asked. */
function directory(asked: (string | undefined)[] = []) {
  return {
    lookup: (name: string, secretKey?: string): ModelLookup => {
      asked.push(secretKey);
      const model = findModel(catalogue, name);
      return model ? { state: 'known', model } : { state: 'pending' };
    },
  };
}

describe('modelOfWorkspace', () => {
  test('asks with the Secret that the workspace names, in its own namespace', () => {
    const asked: (string | undefined)[] = [];
    const options = { presetOptions: { modelAccessSecret: 'hf' } };
    modelOfWorkspace(
      directory(asked),
      aWorkspace({ metadata: { namespace: 'team-a' }, inference: { preset: options } }),
    );
    modelOfWorkspace(directory(asked), aWorkspace());
    expect(asked).toEqual(['team-a/hf', undefined]);
  });

  test('a model stays at the commit that is served', () => {
    const workspace = aWorkspace({ status: { plan: { ...served, model: id, revision: 'c0ffee' } } });
    expect(modelOfWorkspace(directory(), workspace)).toMatchObject({
      state: 'known',
      model: { id, revision: 'c0ffee' },
    });
  });

  test('the commit of another model, or of none, changes nothing', () => {
    const plain = modelOfWorkspace(directory(), aWorkspace());
    const other = aWorkspace({ status: { plan: { ...served, model: 'a/b', revision: 'c0ffee' } } });
    expect(modelOfWorkspace(directory(), other)).toEqual(plain);
    expect(modelOfWorkspace(directory(), aWorkspace({ status: { plan: { ...served, model: id } } }))).toEqual(plain);
  });

  test('a template has no model', () => {
    expect(modelOfWorkspace(directory(), template)).toBeUndefined();
    expect(modelNameOf(template)).toBeUndefined();
    expect(modelNameOf(aWorkspace({ inference: { preset: { name: 'Phi-4' } } }))).toBe('phi-4');
  });
});
