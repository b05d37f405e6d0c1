import type { Agent as HttpsAgent } from 'node:https';
// The narrowest import that holds KubeConfig; the package's index would load every API class.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { DispatcherOptions } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, RequestContext } from '@kubernetes/client-node';
import { errorCode } from './json.ts';

type AgentOptions = ConstructorParameters<typeof HttpsAgent>[0];

/** What a request needs to reach the cluster as who we are. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  /** How to connect; compare by value, since certificates are read anew each time. */
  readonly connection: DispatcherOptions;
}

/** KubeConfig builds a new connection pool for every request; this one only tells how it would connect. */
class PoollessKubeConfig extends KubeConfig {
  connection: DispatcherOptions = { type: 'none' };

  override createDispatcherOptions(cluster: Cluster | null, options: NonNullable<AgentOptions>): DispatcherOptions {
    this.connection = super.createDispatcherOptions(cluster, options);
    return { type: 'none' };
  }
}

/** After a refused token the configuration is read again, but no more often than this. */
const REFRESH_INTERVAL_MS = 10_000;

export interface CredentialsSource {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** Authentication by kubeconfig (token, certificate, exec plugin) or by the service account of the pod. */
export class Credentials {
  readonly server: string;
  readonly #source: CredentialsSource;
  readonly #monotonic: () => number;
  #config: PoollessKubeConfig;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  /** @throws Error when there is no usable configuration; it names the file and what is wrong. */
  constructor(source: CredentialsSource, monotonic: () => number) {
    this.#source = source;
    this.#monotonic = monotonic;
    this.#config = loadKubeConfig(source);
    this.server = (this.#config.getCurrentCluster()?.server ?? '').replace(/\/+$/, '');
  }

  /** Headers and connection for the next request. Files are read again, so rotated tokens and certificates are picked up. */
  async access(): Promise<Access> {
    const headers: Record<string, string> = {};
    const context = {
      setHeaderParam: (name: string, value: string) => {
        // A token file may end in a newline, which is not allowed in a header.
        headers[name.toLowerCase()] = value.trim();
      },
      setDispatcher: () => {},
    };
    const config = this.#config;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- KubeConfig uses only these two methods of it
    await config.applySecurityAuthentication(context as unknown as RequestContext);
    return { headers, connection: config.connection };
  }

  /** Forgets cached tokens after the server refused one. Returns false when that was done a moment ago: it will not help. */
  refresh(): boolean {
    const now = this.#monotonic();
    if (now - this.#refreshedAt < REFRESH_INTERVAL_MS) return false;
    this.#refreshedAt = now;
    this.#config = loadKubeConfig(this.#source);
    return true;
  }
}

function loadKubeConfig({ kubeconfig, context }: CredentialsSource): PoollessKubeConfig {
  const config = new PoollessKubeConfig();
  const where = kubeconfig ? `kubeconfig "${kubeconfig}"` : 'the cluster configuration';
  try {
    if (kubeconfig) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    // The parser's message quotes the file, which may hold a token: only the system's error code is passed on.
    const code = errorCode(error);
    // oxlint-disable-next-line eslint/preserve-caught-error -- as above
    throw new Error(`Cannot read ${where}: ${code ?? 'it is not a valid kubeconfig'}`);
  }
  if (context) config.setCurrentContext(context);
  checkContext(config, where);
  return config;
}

function checkContext(config: KubeConfig, where: string): void {
  const name = config.getCurrentContext();
  if (!config.getContextObject(name)) {
    const known = config.getContexts().map(({ name: other }) => `"${other}"`);
    throw new Error(`${where} has no context "${name}"; it has ${known.join(', ') || 'none'}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) throw new Error(`Context "${name}" of ${where} names no cluster with a server`);
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    throw new Error(
      `No cluster to talk to: ${where} gives ${cluster.server}, and credentials are not sent over plain http. ` +
        `Set KUBECONFIG or name a kubeconfig`,
    );
  }
}
