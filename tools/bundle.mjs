// Bundles an app's src/main.ts into one file, so that a controller starts in a fraction of a second and its image needs no node_modules.
import { build } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';

const { name } = JSON.parse(readFileSync('package.json', 'utf8'));

const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outfile: 'bundle/main.mjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  conditions: ['@kaito/source'],
  sourcemap: 'linked',
  legalComments: 'none',
  // Node keeps the text of the program in memory. Names stay, so that a stack trace can be read without the map.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  metafile: true,
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
// What went in, for tools/sbom.mjs.
writeFileSync('bundle/inputs.json', JSON.stringify(Object.keys(metafile.inputs).toSorted()));
console.log(`${name}: bundle/main.mjs`);
