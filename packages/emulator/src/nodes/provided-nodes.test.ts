import type { Client, Node } from '@kaito/kube';
import { systemClock } from '@kaito/kube';
import { NOT_READY, READY } from './conditions.ts';
import type { NodeProvider } from './node-provider.ts';
import type { NodeRegistry } from './node-registry.ts';
import { ProvidedNodes } from './provided-nodes.ts';

const signal = new AbortController().signal;
const node = (name: string): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
const ref = { name: 'real', uid: 'of-kubelet' };

describe('ProvidedNodes', () => {
  let calls: string[] = [];
  let registry: ProvidedNodes;
  beforeEach(() => {
    calls = [];
    const note = (call: string): Promise<void> => Promise.resolve(void calls.push(call));
    const others: NodeRegistry = {
      register: async ({ metadata }) => (await note(`create ${metadata.name}`), 'of-kwok'),
      ready: () => note('ready'),
      addResources: name => note(`resources ${name}`),
      report: async ({ name }) => (await note(`report ${name}`), true),
      remove: ({ name }) => note(`delete ${name}`),
      close: () => note('close'),
    };
    const provider: NodeProvider = {
      start: async ({ metadata }) => (await note(`start ${metadata.name}`), metadata.name === 'real'),
      stop: name => note(`stop ${name}`),
    };
    const client = { get: () => Promise.resolve({ ...node('real'), metadata: { name: 'real', uid: 'of-kubelet' } }) };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one call that is made of it
    registry = new ProvidedNodes({ others, provider, client: client as unknown as Client, clock: systemClock });
  });

  test('what the provider takes is registered by its kubelet, anything else by us', async () => {
    expect(await registry.register(node('real'), signal)).toBe('of-kubelet');
    expect(await registry.register(node('played'), signal)).toBe('of-kwok');
    expect(calls).toEqual(['start real', 'start played', 'create played']);
  });

  test('devices and readiness of a real machine are its own to show; it is stopped and started', async () => {
    await registry.register(node('real'), signal);
    await registry.addResources('real', { 'nvidia.com/gpu': '1' }, signal);
    await registry.report(ref, NOT_READY, signal);
    await registry.report(ref, READY, signal);
    expect(calls).toEqual(['start real', 'stop real', 'start real']);
  });

  test('other conditions are written, and the machine ends before its Node goes', async () => {
    await registry.register(node('real'), signal);
    await registry.report(ref, [{ type: 'PreemptScheduled', status: 'True' }], signal);
    await registry.remove(ref, signal);
    expect(calls).toEqual(['start real', 'report real', 'stop real', 'delete real']);
  });
});
