/** A path in a container, and the folder or file of this machine that stands for it. */
export interface MappedPath {
  readonly inside: string;
  readonly outside: string;
}

/**
 * Turns paths of a container into paths of this machine, and back. There are no mount namespaces here: what a container finds under
 * `/mnt/data` lies in a folder of its pod, so every text that tells it about `/mnt/data` is rewritten.
 */
export class PathMap {
  readonly paths: readonly MappedPath[];
  readonly #inside: RegExp | undefined;
  readonly #outside: RegExp | undefined;

  constructor(paths: readonly MappedPath[]) {
    // Longest first: of /mnt/data and /mnt the former is meant by /mnt/data/x.
    this.paths = paths.toSorted((a, b) => b.inside.length - a.inside.length);
    this.#inside = anyOf(this.paths.map(path => path.inside));
    this.#outside = anyOf(this.paths.map(path => path.outside).toSorted((a, b) => b.length - a.length));
  }

  /** `text` as the processes of this machine need it. What was put in is not looked at again. */
  toMachine(text: string): string {
    return this.#inside ? text.replace(this.#inside, found => this.#outsideOf(found)) : text;
  }

  /** `text` as the container would have written it. */
  toContainer(text: string): string {
    return this.#outside ? text.replace(this.#outside, found => this.#insideOf(found)) : text;
  }

  #outsideOf(inside: string): string {
    return this.paths.find(path => path.inside === inside)?.outside ?? inside;
  }

  #insideOf(outside: string): string {
    return this.paths.find(path => path.outside === outside)?.inside ?? outside;
  }
}

/** Whole paths only: /mnt/data is in ${DATA:-/mnt/data}, and neither in /mnt/database nor in /x/mnt/data, x-/mnt/data, $HOME/mnt/data or http://host/mnt/data. */
function anyOf(paths: readonly string[]): RegExp | undefined {
  if (paths.length === 0) return undefined;
  const alternatives = paths.map(path => path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  return new RegExp(String.raw`(?<![\w.~}/]|[^:]-)(?:${alternatives})(?![\w-]|\.\w)`, 'g');
}

/**
 * Puts the address of the pod in the place of loopback, for ports of the pod: all pods share the network of this machine, and each has
 * an address of its own. Other ports of loopback are those of the stack, such as its registry's.
 */
export function withPodAddress(text: string, address: string, ports: readonly number[]): string {
  if (ports.length === 0) return text;
  return text.replaceAll(
    new RegExp(String.raw`\b(?:localhost|127\.0\.0\.1):(${ports.join('|')})\b`, 'g'),
    `${address}:$1`,
  );
}

/**
 * Expands `$(NAME)` as a kubelet does in commands, arguments and values (Kubernetes API reference, Container): a name that is not
 * defined stays as it is, and `$$` is one `$`.
 */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (found, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(env, name) ? (env[name] ?? found) : found;
  });
}
