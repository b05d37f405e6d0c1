import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { crdFiles, crdFolder } from './crd-files.ts';
import { findDrift, writeFolder } from './generated-folder.ts';

const { values } = parseArgs({
  options: {
    /** Only compare; exit 1 when a file differs. */
    check: { type: 'boolean', default: false },
    /** Another checkout to work on than this one. */
    root: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
  },
});
const files = crdFiles();

if (values.check) {
  const drift = await findDrift(values.root, crdFolder, files);
  for (const { path, what } of drift) process.stderr.write(`${path} is ${what}; run: npm run generate\n`);
  process.exitCode = drift.length > 0 ? 1 : 0;
} else {
  const written = await writeFolder(values.root, crdFolder, files);
  for (const { path, what } of written) process.stdout.write(`${what === 'stale' ? 'removed' : 'wrote'} ${path}\n`);
  if (written.length === 0) process.stdout.write(`${files.length} generated files are up to date\n`);
}
