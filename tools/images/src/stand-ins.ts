import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir, runProgram, type OnProgress } from '@kaito/local-stack';
import type { Builder } from './builder.ts';

/** Stands in for `docker.io/library/node:24-bookworm-slim`: this machine's shell, libraries and npm, and Node 24. */
export const STAND_IN_BUILD_IMAGE = 'localhost/stand-in/node:24';
/** Stands in for `gcr.io/distroless/nodejs24-debian12:nonroot`: Node 24 and the libraries that it needs, of this machine. */
export const STAND_IN_RUN_IMAGE = 'localhost/stand-in/distroless-nodejs24:nonroot';

export interface StandInOptions {
  readonly builder: Builder;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** glibc loads these by name when it looks up users and hosts, so that ldd does not show them. */
const LOADED_LATER = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];
/** Tells a stand-in from the real thing, and how it was made: with which Node, and by which version of this file. */
const LABEL = 'io.kaito.stand-in';
const MADE_BY = `${process.version}-${createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .digest('hex')
  .slice(0, 12)}`;
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Makes images with the same paths as the real bases from what this machine has, for where no registry can be reached.
 * They show that our Dockerfiles build and our bundles run; they are not what users get.
 * @throws when the machine lacks a part: Node 24, npm, a shell, ldd.
 */
export async function buildStandIns({ builder, onProgress, signal }: StandInOptions): Promise<void> {
  const names = [STAND_IN_RUN_IMAGE, STAND_IN_BUILD_IMAGE];
  const made = await Promise.all(names.map(name => labelOf(name, { builder, onProgress, signal })));
  if (made.every(label => label === MADE_BY)) return;
  onProgress({ name: STAND_IN_RUN_IMAGE, phase: 'build', detail: 'a stand-in, from what this machine has' });
  const images = join(cacheDir(), 'images');
  await mkdir(images, { recursive: true });
  const work = await mkdtemp(join(images, 'stand-in-'));
  try {
    await runBase(join(work, 'run'), signal);
    await buildBase(join(work, 'build'), signal);
    for (const [folder, reference] of [
      ['run', STAND_IN_RUN_IMAGE],
      ['build', STAND_IN_BUILD_IMAGE],
    ] as const) {
      const context = join(work, folder);
      await builder.run(
        ['bud', '--isolation', 'chroot', '--pull-never', '--timestamp', '0', '--quiet', '-t', reference, context],
        signal,
      );
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @returns how a stand-in was made; undefined when there is none. */
async function labelOf(image: string, { builder, signal }: StandInOptions): Promise<string | undefined> {
  const format = `{{index .OCIv1.Config.Labels "${LABEL}"}}`;
  try {
    return (await builder.run(['inspect', '--type', 'image', '--format', format, image], signal)).trim();
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

async function runBase(context: string, signal: AbortSignal | undefined): Promise<void> {
  const root = join(context, 'root');
  await place(process.execPath, root, 'nodejs/bin/node');
  await libraries(process.execPath, root, signal);
  await users(root);
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM scratch\nCOPY root/ /\nLABEL ${LABEL}=${MADE_BY}\nENV PATH=/nodejs/bin\nWORKDIR /home/nonroot\nUSER 65532\nENTRYPOINT ["/nodejs/bin/node"]\n`,
  );
}

async function buildBase(context: string, signal: AbortSignal | undefined): Promise<void> {
  const root = join(context, 'root');
  await place(process.execPath, root, 'usr/local/bin/node');
  const shell = await realpath('/bin/sh');
  for (const [program, at] of [
    [shell, 'bin/sh'],
    [shell, shell.slice(1)],
    ['/usr/bin/env', 'usr/bin/env'],
  ] as const) {
    await place(program, root, at);
    await libraries(program, root, signal);
  }
  await libraries(process.execPath, root, signal);
  await users(root);
  const npm = dirname(dirname(await realpath((await runProgram('which', ['npm'], { signal })).trim())));
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  // The machine may be behind a proxy with an authority of its own.
  const authorities = await readFile(process.env['NODE_EXTRA_CA_CERTS'] || CERTIFICATES);
  await mkdir(join(root, dirname(CERTIFICATES)), { recursive: true });
  await writeFile(join(root, CERTIFICATES), authorities);
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM scratch\nCOPY root/ /\nLABEL ${LABEL}=${MADE_BY}\nENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES}\nCMD ["node"]\n`,
  );
}

async function place(file: string, root: string, at: string): Promise<void> {
  const target = join(root, at);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(await realpath(file), target);
}

async function libraries(program: string, root: string, signal: AbortSignal | undefined): Promise<void> {
  const listed = await runProgram('ldd', [program], { signal });
  const needed = [...listed.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => (path ? [path] : []));
  const folder = dirname(needed.find(path => path.includes('libc.so')) ?? '/lib/libc.so');
  for (const library of [...needed, ...LOADED_LATER.map(name => join(folder, name))])
    await place(library, root, library);
}

async function users(root: string): Promise<void> {
  await Promise.all(
    ['etc', 'tmp', 'root', 'home/nonroot'].map(folder => mkdir(join(root, folder), { recursive: true })),
  );
  const files = {
    passwd: 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
    group: 'root:x:0:\nnonroot:x:65532:\n',
    'nsswitch.conf': 'hosts: files dns\n',
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(root, 'etc', name), text)));
}
