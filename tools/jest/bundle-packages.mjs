import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 needs it
import 'reflect-metadata';

const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Makes one file of each package, as bundles of the apps do with all of them. jest loads every module anew for every test file:
 * a thousand files of one dependency would cost more than all tests.
 * What several packages have in common stands in files of its own, so that there is one copy of it.
 * @param {string} rootDir where node_modules is; the files are kept there while the lock file stays as it is
 * @param {readonly string[]} names what imports call them
 * @returns {Promise<Record<string, string>>} for jest's moduleNameMapper
 */
export async function bundlePackages(rootDir, names) {
  const cache = join(rootDir, 'node_modules', '.cache', 'kaito-jest');
  const folder = join(cache, keyOf(rootDir, names));
  if (!existsSync(folder)) await make(folder, names);
  return Object.fromEntries(names.map(name => [`^${name.replaceAll('.', '\\.')}$`, join(folder, fileOf(name))]));
}

function keyOf(rootDir, names) {
  const inputs = [readFileSync(join(rootDir, 'package-lock.json')), readFileSync(fileURLToPath(import.meta.url))];
  const hash = createHash('sha256').update(`${process.version} ${names.join(' ')}\n`);
  for (const input of inputs) hash.update(input);
  return hash.digest('hex').slice(0, 16);
}

/** Whoever is first puts the folder there as a whole. */
async function make(folder, names) {
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    await bundle(work, names);
    renameSync(work, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function bundle(folder, names) {
  const entries = await Promise.all(names.map(name => entryOf(folder, name)));
  await build({
    entryPoints: entries,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    legalComments: 'none',
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    // Some are CommonJS and call require() for Node's own modules.
    banner: { js: require },
  });
}

/** Names what a package exports: of one in CommonJS only Node knows it. */
async function entryOf(folder, name) {
  const exported = Object.keys(await import(name)).filter(key => key !== 'module.exports');
  const file = join(folder, fileOf(name).replace('.mjs', '.entry.js'));
  writeFileSync(file, `export { ${exported.join(', ')} } from '${name}';\n`);
  return { in: file, out: fileOf(name).replace('.mjs', '') };
}

function fileOf(name) {
  return `${name.replace('@', '').replaceAll('/', '-').replace(/\.js$/, '')}.mjs`;
}
