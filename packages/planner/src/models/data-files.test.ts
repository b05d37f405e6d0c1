import { fileSchemas } from './catalogue-schema.ts';
import { catalogueFile, checked, imagesFile, transformersFile, tuningFile } from './data-files.ts';

const catalogued = new Set(catalogueFile.models.map(({ id }) => id));

describe('the data files', () => {
  test.each([
    ['a wrong value', { layers: 1.5 }, /models\/0\/layers/],
    ['an unknown field', { layer: 1 }, /models\/0/],
    ['no commit', { revision: 'main' }, /models\/0\/revision/],
  ])('%s is refused, naming file and place', (_, wrong, place) => {
    const [first] = catalogueFile.models;
    const content = (more: object): unknown => ({ source: 'a test', models: [{ ...first, ...more }] });
    expect(checked(fileSchemas.catalogue, 'a.json', content({}))).toEqual(content({}));
    expect(() => checked(fileSchemas.catalogue, 'a.json', content(wrong))).toThrow(place);
    expect(() => checked(fileSchemas.catalogue, 'a.json', content(wrong))).toThrow(/^a\.json /);
  });

  test('a file must say where its values come from', () => {
    expect(() => checked(fileSchemas.catalogue, 'a.json', { source: '', models: [] })).toThrow(/source/);
  });

  test('whatever runs a catalogued model names one that is there, once', () => {
    for (const ids of [imagesFile.catalogued, tuningFile.models, transformersFile.models]) {
      const names = ids.map(({ id }) => id);
      expect(names.filter(id => !catalogued.has(id))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('an image is named in full, or left to the user', () => {
    for (const { id, repository, tag } of [...imagesFile.catalogued, ...imagesFile.presets]) {
      expect([id, repository === '', tag === '']).toEqual([id, id.startsWith('llama-2'), id.startsWith('llama-2')]);
    }
  });
});
