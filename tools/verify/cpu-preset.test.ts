import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue, plan, skusOf } from '@kaito/planner';

const folder = fileURLToPath(new URL('../stand-in-model/', import.meta.url));
const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');

/** The words of the last line of the Dockerfile that begins so. */
function words(instruction: string): readonly string[] {
  const line = dockerfile.split('\n').findLast(text => text.startsWith(`${instruction} `)) ?? '';
  return JSON.parse(line.slice(instruction.length));
}

const planned = catalogue
  .filter(({ cpuServer }) => cpuServer)
  .map(model => {
    const result = plan({
      workspace: {
        metadata: { name: 'example', namespace: 'default' },
        resource: { labelSelector: {} },
        inference: { preset: { name: model.id } },
      },
      model: { state: 'known', model },
      skus: skusOf('azure'),
      provisioning: { mode: 'auto' },
    });
    if (!result.ok || result.plan.job !== 'inference') throw new Error(`${model.id} is not planned`);
    return result.plan.server;
  });

test('a model on CPUs runs what the image of its server has, of the version that is built', () => {
  expect(planned.length).toBeGreaterThan(0);
  const start = [...words('ENTRYPOINT'), ...words('CMD')];
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const { command, image, port } of planned) {
    expect(command.slice(0, start.length)).toEqual(start);
    expect(image.reference).toBe(`kaito/stand-in-model:${version}`);
    expect(dockerfile).toContain(`EXPOSE ${port}\n`);
  }
});

test('its server knows every flag that it is started with', () => {
  const [first] = planned;
  const flags = first?.command.filter(word => word.startsWith('--')) ?? [];
  expect(flags.length).toBeGreaterThan(0);
  // It gets as far as to look for the model, which is not where it is told.
  const nowhere = ['--engine=/nowhere', '--weights=/nowhere/model.gguf', '--port=0'];
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=@kaito/source', join(folder, 'src/main.ts'), ...flags, ...nowhere],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect([status, stderr]).toEqual([1, expect.stringContaining('stand-in-model: ')]);
  expect(stderr).toMatch(/\/nowhere/);
  expect(stderr).not.toMatch(/unknown argument/);
});
