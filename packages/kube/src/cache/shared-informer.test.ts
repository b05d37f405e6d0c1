import * as fc from 'fast-check';
import type { ConfigMap } from '../client/builtin-resources.ts';
import { configMaps } from '../client/builtin-resources.ts';
import type { Selection } from '../client/client.ts';
import { configMap } from '../fixtures/config-map.ts';
import { MemoryLogger } from '../fixtures/memory-logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { InformerEvent } from './informer.ts';
import { SharedInformer } from './shared-informer.ts';
import type { SharedInformerOptions } from './shared-informer.ts';

const logger = new MemoryLogger();
const handlerErrors = createMetrics({ processMetrics: false }).counter({ name: 'e', help: 'e', labels: ['resource'] });

function create(more: Partial<SharedInformerOptions<ConfigMap>> & { selection?: Selection } = {}): {
  informer: SharedInformer<ConfigMap>;
  told: string[];
} {
  const informer = new SharedInformer<ConfigMap>({
    resource: configMaps,
    selection: {},
    freeze: true,
    logger,
    handlerErrors,
    ...more,
  });
  const told: string[] = [];
  informer.onEvent(event => told.push(describeEvent(event)));
  return { informer, told };
}

const version = (object?: ConfigMap): string => object?.metadata.resourceVersion ?? '';

function describeEvent({ type, object, old }: InformerEvent<ConfigMap>): string {
  const change = old ? `${version(old)}→${version(object)}` : version(object);
  return `${type} ${object.metadata.name}@${change}`;
}

describe('the stream', () => {
  test('tells of the first state, then of changes', () => {
    const { informer, told } = create();
    expect(informer.hasSynced()).toBe(false);
    informer.replace([configMap('a', 1), configMap('b', 2)], '5');
    expect(informer.hasSynced()).toBe(true);
    informer.change('MODIFIED', configMap('a', 6));
    informer.change('DELETED', configMap('b', 7));
    expect(told).toEqual(['added a@1', 'added b@2', 'updated a@1→6', 'deleted b@2']);
    expect(informer.list().map(version)).toEqual(['6']);
  });

  test('finds what was deleted unseen when the state is read again, and tells only what changed', () => {
    const { informer, told } = create();
    informer.replace([configMap('a', 1), configMap('b', 2), configMap('c', 3)], '5');
    told.length = 0;
    informer.replace([configMap('a', 1), configMap('c', 8)], '9');
    expect(told).toEqual(['updated c@3→8', 'deleted b@2']);
  });

  test('tells a delete and a create of one name as two facts', () => {
    const { informer, told } = create();
    informer.replace([configMap('a', 1)], '5');
    informer.replace([configMap('a', 8, { uid: 'another' })], '9');
    expect(told).toEqual(['added a@1', 'deleted a@1', 'added a@8']);
  });

  test('takes over a state that is older as a whole: the server was restored from a backup', () => {
    const { informer } = create();
    informer.replace([configMap('a', 90), configMap('b', 91)], '95');
    informer.replace([configMap('a', 10), configMap('c', 11)], '20');
    expect(informer.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)).toEqual([
      'a@10',
      'c@11',
    ]);
  });

  test('an older event does not undo a newer one', () => {
    const { informer, told } = create();
    informer.replace([configMap('a', 10)], '10');
    informer.change('MODIFIED', configMap('a', 9));
    informer.change('DELETED', configMap('a', 9));
    expect(told).toEqual(['added a@10']);
  });
});

describe('answers to our own writes', () => {
  test('are seen at once, and the watch event of the same version is not told again', () => {
    const { informer, told } = create();
    informer.replace([configMap('a', 1)], '5');
    informer.observe(configMap('a', 6));
    expect(version(informer.get('default/a'))).toBe('6');
    informer.change('MODIFIED', configMap('a', 6));
    expect(told).toEqual(['added a@1', 'updated a@1→6']);
  });

  test('of a created object are seen at once', () => {
    const { informer, told } = create();
    informer.replace([], '5');
    informer.observe(configMap('a', 6));
    informer.change('ADDED', configMap('a', 6));
    expect(told).toEqual(['added a@6']);
  });

  test('that come late do not bring back a deleted object', () => {
    const { informer, told } = create();
    informer.replace([configMap('a', 1)], '5');
    informer.change('MODIFIED', configMap('a', 6));
    informer.change('DELETED', configMap('a', 7));
    informer.observe(configMap('a', 6));
    expect(informer.list()).toEqual([]);
    expect(told.at(-1)).toBe('deleted a@6');
  });

  test('that come late do not bring back an object whose deletion was found by reading again', () => {
    const { informer } = create();
    informer.replace([configMap('a', 1)], '5');
    informer.replace([], '9');
    informer.observe(configMap('a', 8));
    expect(informer.list()).toEqual([]);
  });

  test('of a new object of the same name survive the late deletion of the old one', () => {
    const { informer, told } = create();
    informer.replace([configMap('a', 1)], '5');
    informer.observe(configMap('a', 8, { uid: 'new' }));
    informer.change('DELETED', configMap('a', 7));
    informer.change('ADDED', configMap('a', 8, { uid: 'new' }));
    expect(informer.get('default/a')?.metadata.uid).toBe('new');
    expect(told).toEqual(['added a@1', 'deleted a@1', 'added a@8']);
  });

  test('survive a state that was read before them', () => {
    const { informer } = create();
    informer.replace([], '5');
    informer.observe(configMap('a', 8));
    informer.replace([], '7');
    expect(version(informer.get('default/a'))).toBe('8');
    informer.change('DELETED', configMap('a', 9));
    expect(informer.list()).toEqual([]);
  });

  test('before the first state are left to it', () => {
    const { informer, told } = create();
    informer.observe(configMap('a', 8));
    expect(told).toEqual([]);
  });

  test('belong only to the informers that select their object', () => {
    const { informer } = create({ selection: { labelSelector: 'app=web' } });
    informer.replace([configMap('a', 1, { labels: { app: 'web' } })], '5');
    informer.observe(configMap('b', 6, { labels: { app: 'db' } }));
    informer.observe(configMap('c', 7, { labels: { app: 'web' } }));
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
    // Its label is changed: it stays until the stream tells that it has left.
    informer.observe(configMap('a', 8, { labels: { app: 'db' } }));
    expect(version(informer.get('default/a'))).toBe('1');
    informer.change('DELETED', configMap('a', 8));
    expect(informer.get('default/a')).toBeUndefined();
  });

  test('whose selection only the server can tell update what is there, and add nothing', () => {
    const { informer } = create({ selection: { fieldSelector: 'spec.nodeName=n' } });
    informer.replace([configMap('a', 1)], '5');
    informer.observe(configMap('a', 6));
    informer.observe(configMap('b', 7));
    expect(informer.list().map(version)).toEqual(['6']);
  });
});

function deliver(queue: (() => void)[], count: number): void {
  for (const send of queue.splice(0, count)) send();
}

/** One object's life on a server: each entry is a version of it, or its absence. */
const life = fc.array(fc.constantFrom('write', 'delete', 'other'), { minLength: 1, maxLength: 25 });

test('whatever the timing, the informer ends equal to the server, tells each version once, and never goes back', () => {
  fc.assert(
    fc.property(life, fc.infiniteStream(fc.nat(3)), fc.infiniteStream(fc.boolean()), (actions, lags, ours) => {
      const { informer } = create();
      const seen: InformerEvent<ConfigMap>[] = [];
      informer.onEvent(event => seen.push(event));
      informer.replace([], '1');
      let current: ConfigMap | undefined;
      let now = 1;
      let uid = 0;
      const stream: (() => void)[] = [];
      const answers: (() => void)[] = [];
      for (const action of actions) {
        now += 1;
        if (action === 'other') {
          const at = String(now);
          stream.push(() => informer.advance(at));
        } else if (action === 'delete' && current) {
          const last = configMap('a', now, { uid: `u${uid}` });
          current = undefined;
          stream.push(() => informer.change('DELETED', last));
        } else {
          const type = current ? 'MODIFIED' : 'ADDED';
          if (!current) uid += 1;
          const object = configMap('a', now, { uid: `u${uid}` });
          current = object;
          stream.push(() => informer.change(type, object));
          // Answers to our own writes may come before or long after the event.
          if (ours.next().value) answers.push(() => informer.observe(object));
        }
        deliver(stream, lags.next().value);
        deliver(answers, lags.next().value);
      }
      deliver(stream, stream.length);
      deliver(answers, answers.length);

      expect(informer.get('default/a')).toEqual(current);
      const versions = seen.filter(({ type }) => type !== 'deleted').map(({ object }) => Number(version(object)));
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
      // Added and deleted take turns, and an update never crosses from one object to another.
      const turns = seen.filter(({ type }) => type !== 'updated').map(({ type }) => type);
      expect(turns.every((type, index) => type === (index % 2 === 0 ? 'added' : 'deleted'))).toBe(true);
      expect(seen.every(({ old, object }) => !old || old.metadata.uid === object.metadata.uid)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

describe('handlers', () => {
  test('that come later are told what is there', () => {
    const { informer } = create();
    informer.replace([configMap('a', 1)], '5');
    const told: string[] = [];
    const stop = informer.onEvent(event => told.push(describeEvent(event)));
    stop();
    informer.change('MODIFIED', configMap('a', 6));
    expect(told).toEqual(['added a@1']);
  });

  test('that throw are reported, and the others are told all the same', () => {
    const { informer, told } = create();
    informer.onEvent(() => {
      throw new Error('broken handler');
    });
    informer.onEvent(event => told.push(`after ${describeEvent(event)}`));
    informer.replace([configMap('a', 1)], '5');
    expect(told).toEqual(['added a@1', 'after added a@1']);
    expect(logger.messages('error')).toContain('Event handler failed');
  });
});

function onlyMetadata({ metadata }: ConfigMap): ConfigMap {
  if (metadata.name === 'bad') throw new Error('broken transform');
  return { metadata };
}

describe('objects', () => {
  test('lose their managed fields, and are frozen', () => {
    const { informer } = create();
    informer.replace([configMap('a', 1, { managedFields: [{}], labels: { x: 'y' } })], '5');
    const object = informer.get('default/a');
    expect(object?.metadata).not.toHaveProperty('managedFields');
    expect(Object.isFrozen(object?.metadata.labels)).toBe(true);
  });

  test('are trimmed by the transform; one that throws leaves them whole', () => {
    const { informer } = create({ transform: onlyMetadata });
    informer.replace([configMap('a', 1), configMap('bad', 2)], '5');
    expect(informer.get('default/a')).not.toHaveProperty('kind');
    expect(informer.get('default/bad')).toHaveProperty('kind');
  });
});
