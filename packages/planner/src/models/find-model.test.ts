import { catalogue } from './catalogue.ts';
import { findModel, isModelId, nearestModels } from './find-model.ts';

describe('findModel', () => {
  test.each(['microsoft/phi-4', 'MICROSOFT/Phi-4', 'phi-4', 'PHI-4'])('%s is microsoft/phi-4', name => {
    expect(findModel(catalogue, name)?.id).toBe('microsoft/phi-4');
  });

  test.each([
    ['gemma-3-4b-instruct', 'google/gemma-3-4b-it'],
    ['mistral-7b-instruct', 'mistralai/Mistral-7B-Instruct-v0.3'],
    ['qwen/qwen3.8-27b', 'Qwen/Qwen3.8-27B'],
    ['falcon-7b', 'falcon-7b'],
  ])('%s is %s', (name, id) => {
    expect(findModel(catalogue, name)?.id).toBe(id);
  });

  test.each(['', 'phi', 'phi-4 ', 'constructor', '__proto__', 'microsoft/', 'Phi-4-mini-instruct/phi'])(
    '"%s" is nothing',
    name => {
      expect(findModel(catalogue, name)).toBeUndefined();
    },
  );
});

describe('isModelId', () => {
  test.each(['microsoft/phi-4', 'Qwen/Qwen3.5-9B', '01-ai/Yi-34B', 'a/b', 'user_1/_model.v2'])('%s', name => {
    expect(isModelId(name)).toBe(true);
  });

  test.each([
    'phi-4',
    '/phi',
    'microsoft/',
    'a/b/c',
    '../etc/passwd',
    'a/..',
    'a/b--c',
    'a/b..c',
    'a/-b',
    'a/b-',
    'a/.b',
    'a/b.git',
    'a/b c',
    'a/b?x=1',
    'a/b#c',
    'a/b%2e',
    'a/b\n',
    'a/$(id)',
    `a/${'b'.repeat(97)}`,
    'ä/b',
  ])('not %j', name => {
    expect(isModelId(name)).toBe(false);
  });
});

describe('nearestModels', () => {
  test('suggests ids for an id and short names for a short name', () => {
    expect(nearestModels(catalogue, 'microsoft/phi4')[0]).toBe('microsoft/phi-4');
    expect(nearestModels(catalogue, 'phi-3-mini-4k')[0]).toBe('phi-3-mini-4k-instruct');
    expect(nearestModels(catalogue, 'falcon7b', 1)).toEqual(['falcon-7b']);
  });
});
