import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock, type Pod } from '@kaito/kube';
import { probe as httpGet } from '../processes/probe.ts';
import { standInVariables } from '../stand-ins/environment.ts';
import { ContainerLog } from './container-log.ts';
import { startContainerProcess } from './container-process.ts';
import { containerEnvironment } from './environment.ts';
import { runHook } from './hook.ts';
import type { Objects } from './objects.ts';
import { placedContainers, type Container, type Probe } from './pod-parts.ts';
import { syncFiles, type PodFolders } from './pod-folders.ts';
import type { ImageContents } from './image-contents.ts';
import type { PodRuntime, RunningContainer } from './runtime.ts';
import { sleep } from './sleep.ts';
import { expandVariables, PathMap, withPodAddress, type MappedPath } from './substitute.ts';
import { volumeFiles } from './volume-files.ts';

export interface ProcessRuntimeOptions {
  readonly pod: Pod;
  /** The pod as it is now: labels and annotations may change. */
  readonly current: () => Pod;
  readonly folders: PodFolders;
  readonly objects: Objects;
  readonly images: ImageContents;
  /** The address of the pod on loopback. */
  readonly address: string;
  /** Environment of a container, over its own. */
  readonly env: (container: Container) => Readonly<Record<string, string>>;
  /** Called before a container starts, with the environment that it asks for. */
  readonly beforeStart: (env: Readonly<Record<string, string>>) => Promise<void>;
  /** Called when a container has just started. */
  readonly onStart: (container: Container, running: RunningContainer) => void;
  /** Has a process ended when we end; `marker` is a line of its environment. */
  readonly watch: (pid: number, marker: string) => () => void;
}

/** Where KAITO's servers and its trainer's metrics listen. */
const SERVER_PORT = 5_000;
const LOG_FOLDER = 'log';
const TERMINATION_LOG = '/dev/termination-log';
/** Not mounted in many pods, and written to all the same. */
const OWN_FOLDERS = ['/tmp', '/workspace', '/mnt'] as const;

interface Prepared {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly paths: PathMap;
}

/** Runs the containers of a pod as processes of this machine. */
export class ProcessRuntime implements PodRuntime {
  readonly #options: ProcessRuntimeOptions;
  /** Where processes of the pod may listen, as far as it is known. */
  readonly ports: readonly number[];

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    const { spec } = options.pod;
    const declared = spec ? placedContainers(spec).flatMap(({ container }) => container.ports ?? []) : [];
    this.ports = [...new Set([SERVER_PORT, ...declared.map(({ containerPort }) => containerPort)])];
  }

  prepare(): void {
    this.#options.folders.make();
    this.refresh();
  }

  /** Brings the volumes up to date that show something of the cluster. @throws MissingObjectError */
  refresh(): void {
    const { folders, current, ...context } = this.#options;
    const pod = current();
    for (const volume of pod.spec?.volumes ?? []) {
      const files = volumeFiles(volume, pod, context);
      if (files) syncFiles(folders.volume(volume), files);
    }
  }

  /** Where the log of a container is. */
  log(container: Container): ContainerLog {
    const folder = join(this.#options.folders.container(container.name), LOG_FOLDER);
    return new ContainerLog(folder, text => this.paths(container).toContainer(text));
  }

  async start(container: Container): Promise<RunningContainer> {
    const { pod, folders, images, beforeStart, onStart, watch } = this.#options;
    const asked = this.#environment(container);
    await beforeStart(asked);
    const folder = folders.container(container.name);
    for (const inside of OWN_FOLDERS) mkdirSync(join(folder, inside), { recursive: true });
    images.unpack(container.image ?? '', folder);
    const messageFile = join(folder, TERMINATION_LOG);
    mkdirSync(dirname(messageFile), { recursive: true });
    writeFileSync(messageFile, '');
    const { command, env, paths } = this.#prepare(container);
    linkMounts(folder, paths);
    const running = startContainerProcess({
      command,
      env,
      folder: container.workingDir === undefined ? folder : paths.toMachine(container.workingDir),
      log: this.log(container),
      messageFile,
      messageFromLog: container.terminationMessagePolicy === 'FallbackToLogsOnError',
      shown: text => paths.toContainer(text),
      watch: pid => watch(pid, `${standInVariables.pod}=${pod.metadata.uid ?? ''}`),
    });
    onStart(container, running);
    return running;
  }

  async probe(container: Container, probe: Probe, signal: AbortSignal): Promise<boolean> {
    const seconds = probe.timeoutSeconds ?? 1;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)]);
    const { exec, httpGet: get, tcpSocket } = probe;
    if (exec) return this.#hook(container, exec.command ?? [], limit);
    const url = this.#url(container, get ?? { port: tcpSocket?.port ?? SERVER_PORT });
    return httpGet(url, {}, limit).then(
      ({ status }) => !get || (status >= 200 && status < 400),
      () => false,
    );
  }

  async preStop(container: Container, signal: AbortSignal): Promise<void> {
    const { sleep: pause, exec, httpGet: get } = container.lifecycle?.preStop ?? {};
    if (pause) await sleep(pause.seconds * 1_000, signal, systemClock);
    if (exec) await this.#hook(container, exec.command ?? [], signal);
    if (get) await httpGet(this.#url(container, get), {}, signal).catch(() => undefined);
  }

  #hook(container: Container, command: readonly string[], signal: AbortSignal): Promise<boolean> {
    const { env, paths } = this.#prepare(container);
    const words = command.map(word => this.#localized(paths.toMachine(word)));
    return runHook(words, { env, folder: this.#options.folders.container(container.name), signal });
  }

  #url(container: Container, get: { readonly path?: string; readonly port: unknown }): string {
    const named = container.ports?.find(({ name }) => name === get.port)?.containerPort;
    return `http://${this.#options.address}:${named ?? String(get.port)}${get.path ?? '/'}`;
  }

  #environment(container: Container): Readonly<Record<string, string>> {
    const { current, objects, address } = this.#options;
    return containerEnvironment(current(), container, { objects, address });
  }

  #prepare(container: Container): Prepared {
    const { pod, address, images, env: over } = this.#options;
    const paths = this.paths(container);
    const asked = this.#environment(container);
    const local = (text: string): string => this.#localized(paths.toMachine(text));
    const words = [...(container.command ?? images.entrypoint(container.image ?? '')), ...(container.args ?? [])];
    const own = Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, local(value)]));
    const tmp = paths.toMachine('/tmp');
    const env = {
      HOME: tmp,
      TMPDIR: tmp,
      LANG: 'C.UTF-8',
      HOSTNAME: pod.metadata.name,
      // The pod itself is asked directly.
      no_proxy: `${address},127.0.0.1,localhost`,
      ...own,
      PATH: images.searchPath(container.image ?? ''),
      [standInVariables.pod]: pod.metadata.uid ?? '',
      [standInVariables.address]: address,
      [standInVariables.paths]: JSON.stringify(paths.paths),
      ...over(container),
    };
    return { command: words.map(word => local(expandVariables(word, asked))), env, paths };
  }

  #localized(text: string): string {
    return withPodAddress(text, this.#options.address, this.ports);
  }

  /** Where the paths of a container lead. */
  paths(container: Container): PathMap {
    const { folders, pod, images } = this.#options;
    const folder = folders.container(container.name);
    const volumes = new Map((pod.spec?.volumes ?? []).map(volume => [volume.name, volume]));
    const mounted = (container.volumeMounts ?? []).flatMap((mount): readonly MappedPath[] => {
      const volume = volumes.get(mount.name);
      const inside = mount.mountPath.replace(/(?<=.)\/$/, '');
      return volume ? [{ inside, outside: folders.mounted(mount, volume) }] : [];
    });
    const own = OWN_FOLDERS.filter(inside => !mounted.some(mount => mount.inside === inside));
    return new PathMap([
      ...mounted,
      ...own.map(inside => ({ inside, outside: join(folder, inside) })),
      ...images.programs(container.image ?? ''),
      { inside: container.terminationMessagePath ?? TERMINATION_LOG, outside: join(folder, TERMINATION_LOG) },
    ]);
  }
}

/** What is mounted is found from the folder above it, too: `cd /workspace && ls weights`. */
function linkMounts(folder: string, { paths }: PathMap): void {
  for (const { inside, outside } of paths) {
    const place = join(folder, inside);
    const own = OWN_FOLDERS.some(above => inside.startsWith(`${above}/`));
    if (!own || outside === place || existsSync(place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(outside, place);
  }
}
