import { keyOf, services, type Client, type KubeObject, type Service } from '@kaito/kube';
import { aWorkspace } from '@kaito/testing';
import { anObserved } from '../observed.test-data.ts';
import { ServiceWriter } from './service-writer.ts';

/** An API server that answers an apply when the test says so. */
class SlowServer {
  readonly cached = new Map<string, Service>();
  readonly asked: string[] = [];
  readonly #answers: ((error?: Error) => void)[] = [];

  /** The client as the writer knows it. */
  get client(): Client {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the writer applies, and nothing else
    return this as unknown as Client;
  }

  apply(_: unknown, object: KubeObject): Promise<KubeObject> {
    this.asked.push(object.metadata.name);
    const { promise, resolve, reject } = Promise.withResolvers<KubeObject>();
    this.#answers.push(error => {
      if (error) return reject(error);
      this.cached.set(keyOf(object), object);
      resolve(object);
    });
    return promise;
  }

  async answer(error?: Error): Promise<void> {
    this.#answers.shift()?.(error);
    await new Promise(resolve => setImmediate(resolve));
  }
}

const { signal } = new AbortController();
const observedOf = (name: string) => anObserved({ workspace: aWorkspace({ metadata: { name, uid: name } }) });
const serviceOf = (name: string): Service => ({ kind: services.kind, metadata: { name, namespace: 'default' } });
const wanted = (name: string) => ({ desired: [serviceOf(name)], leaders: [] });

function aWriter(server: SlowServer, isWanted = true): { writer: ServiceWriter; woken: string[] } {
  const woken: string[] = [];
  const informer = { get: (key: string) => server.cached.get(key) };
  const options = { client: server.client, informer, isWanted: () => isWanted, wake: (key: string) => woken.push(key) };
  return { writer: new ServiceWriter(options), woken };
}

describe('ServiceWriter', () => {
  it('does not wait for a new Service, and makes it once', async () => {
    const server = new SlowServer();
    const { writer } = aWriter(server);
    await writer.ensure(observedOf('a'), wanted('a'), signal);
    await writer.ensure(observedOf('a'), wanted('a'), signal);
    expect(server.asked).toEqual(['a']);
    await server.answer();
    expect(server.cached.has('default/a')).toBe(true);
  });

  it('asks for eight at a time, and goes on when one is there', async () => {
    const server = new SlowServer();
    const { writer } = aWriter(server);
    for (let index = 0; index < 20; index++) await writer.ensure(observedOf(`s${index}`), wanted(`s${index}`), signal);
    expect(server.asked).toHaveLength(8);
    for (let index = 0; index < 20; index++) await server.answer();
    expect(server.cached.size).toBe(20);
  });

  it('tells a failure to the next pass, which it asks for, and tries again then', async () => {
    const server = new SlowServer();
    const { writer, woken } = aWriter(server);
    await writer.ensure(observedOf('a'), wanted('a'), signal);
    await server.answer(new Error('exceeded quota'));
    expect(woken).toEqual(['default/a']);
    await expect(writer.ensure(observedOf('a'), wanted('a'), signal)).rejects.toThrow('exceeded quota');
    expect(server.asked).toEqual(['a', 'a']);
    await server.answer();
    expect(server.cached.size).toBe(1);
  });

  it('makes none for a workspace that went away while it waited', async () => {
    const server = new SlowServer();
    const { writer } = aWriter(server, false);
    await writer.ensure(observedOf('a'), wanted('a'), signal);
    expect(server.asked).toEqual([]);
  });
});
