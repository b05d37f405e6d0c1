import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { repositoryRoot } from '../repository.ts';
import { readCustomResources } from './custom-resources.ts';

describe('readCustomResources', () => {
  const folder = useTemporaryFolder();

  test('reads what users install', async () => {
    const definitions = await readCustomResources();
    expect(definitions).toHaveLength(readdirSync(join(repositoryRoot, 'crds')).length);
    expect(definitions.map(({ kind }) => kind)).toEqual(definitions.map(() => 'CustomResourceDefinition'));
    expect(definitions.map(({ metadata }) => metadata.name)).toContain('workspaces.kaito.sh');
  });

  test('reads every document of a file, in order, and nothing but YAML', async () => {
    writeFileSync(join(folder(), 'b.yaml'), 'metadata: { name: second }\n---\nmetadata: { name: third }\n');
    writeFileSync(join(folder(), 'a.yaml'), 'metadata: { name: first }\n');
    writeFileSync(join(folder(), 'README.md'), '# no');
    const names = (await readCustomResources(folder())).map(({ metadata }) => metadata.name);
    expect(names).toEqual(['first', 'second', 'third']);
  });

  test('names a file that is not YAML', async () => {
    writeFileSync(join(folder(), 'bad.yaml'), 'a: [');
    await expect(readCustomResources(folder())).rejects.toThrow(/bad\.yaml is not YAML/);
  });
});
