import { createSecureContext, type ConnectionOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { DispatcherOptions } from '@kubernetes/client-node/dist/config.js';
import { Agent, ProxyAgent } from 'undici';
import type { buildConnector, Dispatcher } from 'undici';

/**
 * HTTP/1.1, although the API server offers HTTP/2: to give up a request whose body is on its way sends Node's HTTP/2 into an
 * endless loop (decision 0009). Calls have their own time limits, and a watch may be silent for minutes.
 */
const LIMITS = { allowH2: false, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 15_000 };

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The one set of connections to the API server. It is replaced when certificates change or when a connection seems
 * dead; what runs on the old one may finish there.
 */
export class Pool {
  readonly #connections: number | null;
  #agent: Dispatcher | undefined;
  #connection: DispatcherOptions | undefined;
  readonly #retired = new Set<Dispatcher>();
  #closed = false;

  /** @param connections how many there may be; calls beyond wait for their turn. Null: as many as there are calls. */
  constructor(connections: number | null) {
    this.#connections = connections;
  }

  /** The connections to use now. @throws Error after `close`, or for a kind of proxy that is not supported. */
  dispatcher(connection: DispatcherOptions): Dispatcher {
    if (this.#closed) throw new Error('The client is closed');
    if (!this.#agent || !isDeepStrictEqual(connection, this.#connection)) {
      this.retire();
      this.#agent = createAgent(connection, this.#connections);
      this.#connection = connection;
    }
    return this.#agent;
  }

  /** New calls take new connections: the present ones may lead nowhere. */
  retire(): void {
    const agent = this.#agent;
    this.#agent = undefined;
    if (!agent) return;
    this.#retired.add(agent);
    const forget = (): void => void this.#retired.delete(agent);
    agent.close().then(forget, forget);
  }

  /** Ends every connection at once. */
  async close(): Promise<void> {
    this.#closed = true;
    const agents = [...this.#retired, ...(this.#agent ? [this.#agent] : [])];
    this.#agent = undefined;
    await Promise.all(agents.map(agent => agent.destroy()));
  }
}

/** Node's and undici's names of the same TLS options. */
function tlsOptions(options: ConnectionOptions): buildConnector.BuildOptions {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types differ only in how "absent" is written
  return options as buildConnector.BuildOptions;
}

/** Certificates and keys are read once for all connections of an agent, not for each. */
function sharedContext(options: ConnectionOptions): buildConnector.BuildOptions {
  const { ca, cert, key, passphrase, ...rest } = options;
  const secureContext = createSecureContext({ ca, cert, key, passphrase });
  return { ...tlsOptions(rest), secureContext };
}

function createAgent(connection: DispatcherOptions, connections: number | null): Dispatcher {
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: CONNECT_TIMEOUT_MS };
  switch (connection.type) {
    case 'proxy':
      return new ProxyAgent({
        ...LIMITS,
        connections,
        uri: connection.uri,
        requestTls: tlsOptions(connection.requestTls),
        connect: keepAlive,
      });
    case 'socks':
      throw new Error('The kubeconfig names a SOCKS proxy, which is not supported; use an http or https proxy');
    case 'agent':
      return new Agent({ ...LIMITS, connections, connect: { ...sharedContext(connection.connect), ...keepAlive } });
    case 'none':
      break;
  }
  return new Agent({ ...LIMITS, connections, connect: keepAlive });
}
