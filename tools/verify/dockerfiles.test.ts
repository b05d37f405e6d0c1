import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workspaces: readonly string[] = globSync('{packages,tools}/*/package.json', { cwd: root }).toSorted();
const dockerfile = (app: string): string => readFileSync(join(root, 'packages', app, 'Dockerfile'), 'utf8');

describe.each(['gpu-provisioner', 'workspace'])('the Dockerfile of %s', app => {
  test('knows every npm workspace, as npm ci compares all of them with the lock file', () => {
    const missing = workspaces.filter(file => !dockerfile(app).includes(`COPY ${file} ${dirname(file)}/\n`));
    expect(missing).toEqual([]);
  });

  test('runs as a number that is not root, so that Kubernetes can tell', () => {
    expect(
      dockerfile(app)
        .split('\n')
        .findLast(line => line.startsWith('USER')),
    ).toBe('USER 65532:65532');
  });
});
