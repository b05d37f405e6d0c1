import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestStack } from './start-stack.ts';

const repositoryRoot = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * Applies a manifest the way users do, by `kubectl apply`.
 * @param manifest the path of a file, from the root of the repository, or an object.
 * @returns what kubectl said, such as `workspace.kaito.sh/a created`.
 * @throws CommandError with what kubectl said when it fails.
 */
export async function applyManifest(
  stack: Pick<TestStack, 'kubectl' | 'dataDir'>,
  manifest: string | object,
): Promise<string> {
  if (typeof manifest === 'string') return stack.kubectl('apply', '-f', join(repositoryRoot, manifest));
  const file = join(stack.dataDir, `${randomUUID()}.json`);
  await writeFile(file, JSON.stringify(manifest));
  return stack.kubectl('apply', '-f', file);
}
