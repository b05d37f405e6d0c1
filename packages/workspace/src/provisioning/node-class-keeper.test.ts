import type { Resource } from '@kaito/kube';
import { FakeClock } from '@kaito/testing';
import { MemoryClient } from './memory-client.test-data.ts';
import { NodeClassKeeper } from './node-class-keeper.ts';
import { toolsFor } from './tools.test-data.ts';

const resource: Resource = { group: 'g.example', version: 'v1', plural: 'classes', kind: 'Class', namespaced: false };

describe('NodeClassKeeper', () => {
  it('tries again after a failure, brings back what somebody deleted, and ends when told to', async () => {
    const clock = new FakeClock();
    const server = new MemoryClient();
    server.failAt = 0;
    const { client, logger } = toolsFor(server, clock).tools;
    const nodeClasses = { resource, classes: [{ name: 'a', isDefault: true }] };
    const stop = new AbortController();
    const running = new NodeClassKeeper({ client, nodeClasses, clock, logger, random: () => 0.5 }).start(stop.signal);
    await clock.advance(0);
    expect(server.all(resource)).toEqual([]);
    await clock.advance(2000);
    expect(server.all(resource)).toHaveLength(1);
    await server.delete(resource, { name: 'a' });
    await clock.advance(10 * 60_000);
    expect(server.all(resource)).toHaveLength(1);
    stop.abort();
    await running;
    expect(clock.pending).toEqual([]);
  });
});
