import { randomInt } from 'node:crypto';
import getPort from 'get-port';
import { PortTakenError } from '../processes/wait-until-up.ts';

/** Below the range that Linux and macOS hand out for outgoing connections, so that none of those takes a port of ours. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const CANDIDATES = 50;
const ATTEMPTS = 4;

/** @returns that many different loopback ports that nobody listens on, never handed out by this process before. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const candidates = Array.from({ length: CANDIDATES }, () => randomInt(LOWEST, HIGHEST));
    ports.push(await getPort({ host: '127.0.0.1', port: candidates, exclude: ports, reserve: true }));
  }
  return ports;
}

/**
 * Starts something on free ports. A port can be taken by another process between the look and the listening; then it is
 * tried again on others.
 */
export async function onFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === ATTEMPTS) throw error;
    }
  }
}
