import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import type { ConfigMap } from '../client/builtin-resources.ts';
import { keyOf } from '../client/object.ts';
import { configMap } from '../fixtures/config-map.ts';
import { Store } from './store.ts';

const byLabel = (object: ConfigMap): string[] => Object.values(object.metadata.labels ?? {});

const name = fc.constantFrom('a', 'b', 'c', 'd');
const labels = fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2', '3'));
const step = fc.oneof(
  fc.record({ set: fc.record({ name, labels }) }),
  fc.record({ delete: name }),
  fc.constant({ index: true }),
);

test('indexes agree with the objects after any sequence of changes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const store = new Store<ConfigMap>(() => {});
      const model = new Map<string, ConfigMap>();
      for (const action of steps) {
        if ('set' in action) {
          const object = configMap(action.set.name, 1, { labels: action.set.labels });
          store.set(object);
          model.set(keyOf(object), object);
        } else if ('delete' in action) {
          store.delete(`default/${action.delete}`);
          model.delete(`default/${action.delete}`);
        } else {
          store.addIndexers({ byLabel });
        }
        expect(new Set(store.list())).toEqual(new Set(model.values()));
      }
      store.addIndexers({ byLabel });
      expect(store.size).toBe(model.size);
      for (const value of ['1', '2', '3']) {
        const expected = [...model.values()].filter(object => byLabel(object).includes(value));
        expect(new Set(store.byIndex('byLabel', value))).toEqual(new Set(expected));
      }
    }),
  );
});

test('list gives the same array until something changes', () => {
  const store = new Store<ConfigMap>(() => {});
  store.set(configMap('a', 1));
  const before = store.list();
  expect(store.list()).toBe(before);
  store.set(configMap('a', 2));
  expect(store.list()).not.toBe(before);
});

test('an unknown index is an error that names the known ones', () => {
  const store = new Store<ConfigMap>(() => {});
  store.addIndexers({ byLabel });
  expect(() => store.byIndex('byNode', 'n')).toThrow('No index "byNode"; there are: byLabel');
});

test('an index name stands for one function', () => {
  const store = new Store<ConfigMap>(() => {});
  store.addIndexers({ byLabel });
  store.addIndexers({ byLabel });
  expect(() => store.addIndexers({ byLabel: () => [] })).toThrow('Index "byLabel" exists with another function');
});

test('an index function that throws leaves its object out of that index only', () => {
  const onError = jest.fn();
  const store = new Store<ConfigMap>(onError);
  store.addIndexers({
    byLabel,
    broken: () => {
      throw new Error('broken');
    },
  });
  store.set(configMap('a', 1, { labels: { x: '1' } }));
  expect(store.byIndex('byLabel', '1')).toHaveLength(1);
  expect(store.byIndex('broken', '1')).toEqual([]);
  expect(onError).toHaveBeenCalledWith('broken', 'default/a', expect.any(Error));
});
