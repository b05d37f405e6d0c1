import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { azureValues, helm, setting } from './helm.ts';

jest.setTimeout(60_000);

const root = fileURLToPath(new URL('../../', import.meta.url));
const guides = [
  'charts/README',
  ...['install-aks', 'operations', 'security', 'coming-from-kaito'].map(name => `docs/${name}`),
];

/** What a reader has set by then. */
const variables = {
  SUBSCRIPTION: '11111111-1111-4111-8111-111111111111',
  TENANT: '33333333-3333-4333-8333-333333333333',
  CLIENT: '22222222-2222-4222-8222-222222222222',
  LOCATION: 'eastus',
  RESOURCE_GROUP: 'kaito',
  CLUSTER_NAME: 'kaito',
  IDENTITY: 'kaito-gpu-provisioner',
  REGISTRY: 'example.azurecr.io/kaito',
  REGISTRY_NAME: 'example',
};
/** Flags of `helm upgrade` that `helm template` does not have. */
const upgradeOnly = /^--(install|wait|reset-values|reuse-values|reset-then-reuse-values)$/;

/** The calls of helm in a block for Azure, as bash hands them over; nothing else is run. */
async function callsOfHelm(block: string): Promise<readonly (readonly string[])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kaito-guides-'));
  try {
    const calls = join(folder, 'calls');
    writeFileSync(calls, '');
    for (const name of ['az', 'kubectl', 'npm', 'sed', 'docker']) writeFileSync(join(folder, name), '#!/bin/bash\n');
    writeFileSync(join(folder, 'helm'), `#!/bin/bash\nprintf '%s\\n' "$@" >> '${calls}'; printf '\\0' >> '${calls}'\n`);
    for (const name of ['az', 'kubectl', 'npm', 'sed', 'docker', 'helm']) chmodSync(join(folder, name), 0o755);
    const env = { ...variables, PATH: `${folder}:/usr/bin:/bin`, HOME: folder };
    // Placeholders of what only the reader knows would be read as redirections.
    const script = block.replaceAll(/<[^>\n]+>/g, 'placeholder').replaceAll('/tmp/', `${folder}/`);
    await promisify(execFile)('bash', ['-u', '-c', `${script}\ntrue`], { env, cwd: root });
    const said = readFileSync(calls, 'utf8').split('\0').slice(0, -1);
    return said.map(call => call.replace(/\n$/, '').split('\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(guides)('%s.md gives our charts values that they have', async guide => {
  const page = readFileSync(join(root, `${guide}.md`), 'utf8');
  const blocks = [...page.matchAll(/^ *```sh azure\n(.*?)```/gms)].map(([, block = '']) => block);
  const calls = (await Promise.all(blocks.map(callsOfHelm))).flat();
  const ofOurs = calls.filter(([, , chart]) => chart?.startsWith('charts/'));
  const installs = calls.filter(([verb, first, , chart]) => verb === 'upgrade' && first === '--install' && chart);
  const upgrades = [...ofOurs, ...installs.map(([verb = '', , ...rest]) => [verb, ...rest])];
  expect(upgrades.length).toBeGreaterThan(0);
  for (const [, release = '', chart = '', ...flags] of upgrades) {
    const kept = flags.some(flag => flag.includes('reuse')) && chart.endsWith('gpu-provisioner') ? azureValues : [];
    const values = flags.filter(flag => !upgradeOnly.test(flag));
    const rendered = await helm(['template', release, join(root, chart), ...setting(kept), ...values]);
    expect(rendered).toContain('kind: Deployment');
  }
});
