import { configMap } from '../fixtures/config-map.ts';
import { belongsTo } from './selection.ts';

const object = configMap('a', 1, { labels: { app: 'web' } });

test.each([
  [{}, true],
  [{ namespace: 'default' }, true],
  [{ namespace: 'other' }, false],
  [{ labelSelector: 'app=web' }, true],
  [{ labelSelector: 'app=db' }, false],
  [{ fieldSelector: 'metadata.name=a,metadata.namespace=default' }, true],
  [{ fieldSelector: 'metadata.name!=a' }, false],
  [{ fieldSelector: 'metadata.name=b' }, false],
  [{ fieldSelector: 'spec.nodeName=n' }, undefined],
  [{ labelSelector: 'app=db', fieldSelector: 'spec.nodeName=n' }, false],
])('%j: %s', (selection, expected) => {
  expect(belongsTo(selection, object)).toBe(expected);
});
