import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeProgram } from '../fixtures/fake-program.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import type { ProgressEvent } from '../progress.ts';
import { packageRoot } from '../repository.ts';
import { binaries } from './catalogue.ts';
import { goBuild, type GoBuildOptions } from './go-build.ts';

/** A stand-in for `go`: knows three packages, "compiles" two of them, and writes down how it was called. */
const FAKE_GO = (calls: string, version: string): string => `
echo "$PWD CGO_ENABLED=$CGO_ENABLED $*" >> ${calls}
case $1 in
  env) echo ${version} ;;
  list) printf 'a\\nb\\nc\\n' ;;
  build) printf 'a\\n' >&2; printf 'b\\n' >&2
    while [ $# -gt 0 ]; do if [ "$1" = -o ]; then out=$2; fi; shift; done
    touch "$out/kubectl" "$out/kwok" "$out/server" ;;
esac`;

describe('goBuild', () => {
  const folder = useTemporaryFolder();
  const events: ProgressEvent[] = [];
  const calls = (): string => join(folder(), 'calls');
  const options = (script: string): GoBuildOptions => {
    const bin = join(folder(), 'bin');
    const outDir = join(folder(), 'out');
    mkdirSync(outDir);
    fakeProgram(bin, 'go', script);
    return { outDir, onProgress: event => events.push(event), env: { PATH: `${bin}:/usr/bin:/bin` } };
  };
  beforeEach(() => {
    events.length = 0;
  });

  test('builds all programs of a module by one command, from the pinned sources only', async () => {
    const built = await goBuild(
      'kubernetes',
      [binaries.kubectl, binaries['kube-apiserver']],
      options(FAKE_GO(calls(), 'go1.26.8')),
    );
    expect(built).toEqual([join(folder(), 'out/kubectl'), join(folder(), 'out/kube-apiserver')]);
    const build = readFileSync(calls(), 'utf8').trim().split('\n').at(-1);
    const version = 'k8s.io/component-base/version';
    expect(build).toBe(
      `${join(packageRoot, 'go/kubernetes')} CGO_ENABLED=0 build -trimpath -mod=readonly -v -ldflags -s -w ` +
        `-X ${version}.gitVersion=v1.36.3 -X ${version}.gitMajor=1 -X ${version}.gitMinor=36 ` +
        `-o ${join(folder(), 'out')}/ k8s.io/kubernetes/cmd/kubectl k8s.io/kubernetes/cmd/kube-apiserver`,
    );
  });

  test('tells helm its version, and the Kubernetes that it judges charts by', async () => {
    const script = FAKE_GO(calls(), 'go1.26.8').replace('"$out/server"', '"$out/server" "$out/helm"');
    const [file] = await goBuild('helm', [binaries.helm], options(script));
    expect(file).toBe(join(folder(), 'out/helm'));
    const build = readFileSync(calls(), 'utf8').trim().split('\n').at(-1);
    expect(build).toContain('-X helm.sh/helm/v3/internal/version.version=v3.22.0');
    expect(build).toContain('-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=37');
  });

  test('knows that the package of etcd ends in its major version and the program does not', async () => {
    const [file] = await goBuild('etcd', [binaries.etcd], options(FAKE_GO(calls(), 'go1.26.8')));
    expect(file).toBe(join(folder(), 'out/server'));
    expect(existsSync(file ?? '')).toBe(true);
  });

  test('tells how many packages there are and how far it is', async () => {
    await goBuild('kwok', [binaries.kwok], options(FAKE_GO(calls(), 'go1.26.8')));
    expect(events.map(({ detail, percent }) => [detail, percent])).toEqual(
      expect.arrayContaining([
        ['fetching the modules', undefined],
        ['compiling 3 packages; the first time takes minutes', 0],
        ['compiling 3 packages', 66],
      ]),
    );
  });

  test('shows what the compiler said', async () => {
    const failing = `case $1 in env) echo go1.26.8 ;; list) echo a ;; build) echo 'x.go:1: undefined: y' >&2; exit 1 ;; esac`;
    await expect(goBuild('kwok', [binaries.kwok], options(failing))).rejects.toThrow(
      /go build failed in .*go\/kwok:\n +x\.go:1: undefined: y/,
    );
  });

  test('says when Go is missing or too old', async () => {
    await expect(goBuild('kwok', [binaries.kwok], options(FAKE_GO(calls(), 'go1.19')))).rejects.toThrow(
      'Go 1.19.0 is too old',
    );
    const without = { outDir: folder(), onProgress: () => undefined, env: { PATH: '/nowhere' } };
    await expect(goBuild('kwok', [binaries.kwok], without)).rejects.toThrow('Go is not installed');
  });
});
