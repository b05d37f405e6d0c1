import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Builder } from '@kaito/images';

/** Builds an image that holds one static program and nothing else. */
export async function buildProgramImage(
  builder: Builder,
  {
    program,
    reference,
    signal,
  }: { readonly program: string; readonly reference: string; readonly signal: AbortSignal },
): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'kaito-image-'));
  try {
    await copyFile(program, join(context, 'program'));
    await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nCOPY program /program\nENTRYPOINT ["/program"]\n');
    await builder.run(
      ['bud', '--isolation', 'chroot', '--pull-never', '--timestamp', '0', '-t', reference, context],
      signal,
    );
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
