import { basename, join } from 'node:path';
import type { OnProgress } from '../progress.ts';
import { packageRoot } from '../repository.ts';
import type { Binary, GoModule } from './catalogue.ts';
import { CommandError, runProgram, type RunOptions } from './run-program.ts';
import { formatVersion, parseVersion } from './version.ts';

export interface GoBuildOptions {
  /** The programs are written here, under the last part of their package's path. */
  readonly outDir: string;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
  /** Where `go` is looked for, and what else steers it, such as GOPROXY; ours when absent. */
  readonly env?: NodeJS.ProcessEnv;
}

const LINES_IN_ERRORS = 15;

/** Older ones can neither build these modules nor fetch a toolchain that can (Go docs, "Go Toolchains"). */
const OLDEST_GO = { major: 1, minor: 21 };

/**
 * Builds programs of one checked-in Go module from source, all in one `go build`, which compiles what they share once.
 * @returns the path of each program.
 * @throws Error that says what is missing or what the compiler said.
 */
export async function goBuild(
  module: GoModule,
  wanted: readonly Binary[],
  options: GoBuildOptions,
): Promise<readonly string[]> {
  const { cwd, env } = placeOf(module, options.env);
  const name = wanted.map(binary => binary.name).join(', ');
  const packages = wanted.map(binary => binary.goPackage);
  const report = (detail: string, percent?: number): void =>
    options.onProgress({ name, phase: 'build', detail, ...(percent === undefined ? {} : { percent }) });
  const go = (args: readonly string[], onStderr: (chunk: string) => void): Promise<string> =>
    runGo(args, { cwd, env, signal: options.signal, onStderr });

  await checkGo(env, options.signal);
  report('fetching the modules');
  const dependencies = await go(['list', '-mod=readonly', '-deps', ...packages], chunk => report(lastLine(chunk)));
  const total = dependencies.trim().split('\n').length;
  let compiled = 0;
  report(`compiling ${total} packages; the first time takes minutes`, 0);
  await go(buildArguments(wanted, `${options.outDir}/`), chunk => {
    compiled += chunk.split('\n').length - 1;
    report(`compiling ${total} packages`, Math.min(99, Math.floor((100 * compiled) / total)));
  });
  return wanted.map(binary => join(options.outDir, programName(binary)));
}

/**
 * The folder with the source of one of the modules that a checked-in Go module requires; it is fetched when Go does not have it.
 * @param path of the required module, such as `sigs.k8s.io/karpenter`
 * @throws Error that says what is missing or what Go said.
 */
export async function goModuleFolder(
  module: GoModule,
  path: string,
  options: Pick<GoBuildOptions, 'signal' | 'env'> = {},
): Promise<string> {
  const { cwd, env } = placeOf(module, options.env);
  await checkGo(env, options.signal);
  // Not `go list -m`: that names no folder for a module that is not fetched yet.
  const printed = await runGo(['mod', 'download', '-json', path], { cwd, env, signal: options.signal });
  const { Dir: folder }: { readonly Dir?: unknown } = JSON.parse(printed);
  if (typeof folder !== 'string') throw new Error(`go mod download names no folder for ${path}: ${printed.trim()}`);
  return folder;
}

function placeOf(module: GoModule, env: NodeJS.ProcessEnv = process.env): { cwd: string; env: NodeJS.ProcessEnv } {
  return {
    cwd: join(packageRoot, 'go', module),
    env: { ...env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' },
  };
}

/** What `go build` names a program: the last part of its package, without a major version suffix. */
function programName({ goPackage }: Binary): string {
  return basename(goPackage.replace(/\/v\d+$/, ''));
}

function buildArguments(wanted: readonly Binary[], out: string): readonly string[] {
  const packages = wanted.map(binary => binary.goPackage);
  return ['build', '-trimpath', '-mod=readonly', '-v', '-ldflags', linkerFlags(wanted), '-o', out, ...packages];
}

/** No symbol tables; and the versions that a program's own build scripts put in: otherwise it does not know its own. */
function linkerFlags([first]: readonly Binary[]): string {
  const values = first ? linkedVersions(first) : {};
  return ['-s', '-w', ...Object.entries(values).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}

/** Variables by name, as the makefiles of Kubernetes and of helm set them. */
function linkedVersions({ goModule, version }: Binary): Readonly<Record<string, string | number>> {
  const { major, minor } = version;
  if (goModule === 'kubernetes') {
    const component = 'k8s.io/component-base/version';
    return {
      [`${component}.gitVersion`]: `v${formatVersion(version)}`,
      [`${component}.gitMajor`]: major,
      [`${component}.gitMinor`]: minor,
    };
  }
  if (goModule !== 'helm') return {};
  const helm = 'helm.sh/helm/v3';
  return {
    [`${helm}/internal/version.version`]: `v${formatVersion(version)}`,
    // The Kubernetes that charts are judged by while there is no cluster: that of its client library (v0.37).
    ...Object.fromEntries(
      ['pkg/lint/rules', 'pkg/chartutil'].flatMap(at => [
        [`${helm}/${at}.k8sVersionMajor`, 1],
        [`${helm}/${at}.k8sVersionMinor`, 37],
      ]),
    ),
  };
}

async function checkGo(env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<void> {
  const printed = await runProgram('go', ['env', 'GOVERSION'], { env, signal }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new Error('Go is not installed, or not on the PATH', { cause });
  });
  // A release without a patch level is "go1.26", which parseVersion would not take.
  const found = parseVersion(`${printed.trim().replace('go', '')}.0`);
  if (found && found.major === OLDEST_GO.major && found.minor < OLDEST_GO.minor) {
    throw new Error(`Go ${formatVersion(found)} is too old`);
  }
}

async function runGo(args: readonly string[], options: RunOptions): Promise<string> {
  try {
    return await runProgram('go', args, options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const said = error.stderr.trim().split('\n').slice(-LINES_IN_ERRORS).join('\n    ');
    throw new Error(`go ${args[0]} failed in ${options.cwd}:\n    ${said}`, { cause: error });
  }
}

function lastLine(chunk: string): string {
  return chunk.trim().split('\n').at(-1) ?? '';
}
