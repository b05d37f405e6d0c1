// Says what a bundle holds: a CycloneDX list of the packages that went into it, and their licences. Runs where the bundle was
// made, after tools/bundle.mjs. The same bundle gives the same files: no time, no serial number.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve('../..');
const app = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** The folder of the package that a file of the bundle belongs to, from the repository's root; undefined for our own. */
function packageFolder(input) {
  return /(?:^|\/)(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(input.replaceAll('../', ''))?.[1];
}

/** CycloneDX wants hex where the lock file has base64. */
function hashes(integrity) {
  const [, algorithm, sum] = /^(sha\d+)-(.+)$/.exec(integrity ?? '') ?? [];
  if (!algorithm) return {};
  const alg = algorithm.replace('sha', 'SHA-');
  return { hashes: [{ alg, content: Buffer.from(sum, 'base64').toString('hex') }] };
}

function component(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const licenses = typeof license === 'string' ? { licenses: [{ expression: license }] } : {};
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...hashes(lock.packages[folder]?.integrity),
    ...licenses,
  };
}

function licenceText(folder) {
  const names = readdirSync(join(root, folder)).filter(name => /^(licen[cs]e|notice)/i.test(name));
  return names
    .toSorted()
    .map(name => readFileSync(join(root, folder, name), 'utf8').trim())
    .join('\n\n');
}

const inputs = JSON.parse(readFileSync('bundle/inputs.json', 'utf8'));
const folders = [...new Set(inputs.map(packageFolder).filter(folder => folder !== undefined))].toSorted((a, b) =>
  a < b ? -1 : 1,
);
for (const folder of folders)
  if (!existsSync(join(root, folder, 'package.json'))) throw new Error(`${folder} is bundled and has no package.json`);
const content = createHash('sha256').update(readFileSync('bundle/main.mjs')).digest('hex');
const sbom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': app.name,
      name: app.name,
      version: app.version,
      hashes: [{ alg: 'SHA-256', content }],
      licenses: [{ expression: app.license }],
    },
  },
  components: folders.map(component),
};
writeFileSync('bundle/sbom.cdx.json', `${JSON.stringify(sbom, undefined, 2)}\n`);
const texts = folders.map(folder => `## ${folder.replace(/^.*node_modules\//, '')}\n\n${licenceText(folder)}\n`);
writeFileSync('bundle/THIRD-PARTY-LICENSES.txt', texts.join('\n'));
console.log(`${app.name}: bundle/sbom.cdx.json, ${folders.length} packages`);
