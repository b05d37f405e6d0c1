import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findDrift, writeFolder } from './generated-folder.ts';
import { generatedFolders } from './generated-folders.ts';

const { values } = parseArgs({
  options: {
    /** Only compare; exit 1 when a file differs. */
    check: { type: 'boolean', default: false },
    /** Another checkout to work on than this one. */
    root: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
  },
});
const folders = await generatedFolders();
const drift = await Promise.all(
  folders.map(folder => (values.check ? findDrift(values.root, folder) : writeFolder(values.root, folder))),
);

for (const { path, what } of drift.flat()) {
  if (values.check) process.stderr.write(`${path} is ${what}; run: npm run generate\n`);
  else process.stdout.write(`${what === 'stale' ? 'removed' : 'wrote'} ${path}\n`);
}
if (values.check) process.exitCode = drift.flat().length > 0 ? 1 : 0;
else if (drift.flat().length === 0) {
  const count = folders.flatMap(({ files }) => files).length;
  process.stdout.write(`${count} generated files are up to date\n`);
}
