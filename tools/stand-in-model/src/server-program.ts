import { join } from 'node:path';
import type { StandInFiles } from './fetch/ensure-stand-in.ts';
import { packageRoot } from './package-root.ts';

/** How the server is started as a process of its own, on loopback: the arguments of Node. Its other settings stand in `--help`. */
export function serverProgram({ engine, weights, port }: StandInFiles & { readonly port: number }): readonly string[] {
  return [
    '--conditions=@kaito/source',
    join(packageRoot, 'src/main.ts'),
    '--host=127.0.0.1',
    `--port=${port}`,
    `--engine=${engine}`,
    `--weights=${weights}`,
  ];
}
