import { createServer } from 'node:net';
import { once } from 'node:events';
import { PortTakenError } from '../processes/wait-until-up.ts';
import { freePorts, onFreePorts } from './ports.ts';

describe('freePorts', () => {
  test('gives ports that can be listened on, below those of outgoing connections, and none twice', async () => {
    const given = [...(await freePorts(5)), ...(await freePorts(5))];
    expect(new Set(given).size).toBe(10);
    for (const port of given) {
      expect(port).toBeGreaterThanOrEqual(20_000);
      expect(port).toBeLessThan(32_000);
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
    }
  });
});

describe('onFreePorts', () => {
  test('tries again on other ports when one was taken meanwhile', async () => {
    const tried: number[] = [];
    const start = ([port = 0]: readonly number[]): Promise<string> => {
      tried.push(port);
      return tried.length < 3 ? Promise.reject(new PortTakenError('taken')) : Promise.resolve('up');
    };
    expect(await onFreePorts(1, start)).toBe('up');
    expect(new Set(tried).size).toBe(3);
  });

  test('gives up when it happens again and again, and at once when it fails for another reason', async () => {
    let tries = 0;
    const taken = (): Promise<never> => {
      tries++;
      return Promise.reject(new PortTakenError('taken'));
    };
    await expect(onFreePorts(1, taken)).rejects.toThrow('taken');
    expect(tries).toBe(4);
    tries = 0;
    const broken = (): Promise<never> => {
      tries++;
      return Promise.reject(new Error('no such flag'));
    };
    await expect(onFreePorts(1, broken)).rejects.toThrow('no such flag');
    expect(tries).toBe(1);
  });
});
