import type { Flags, Preset } from './presets/preset.ts';

function withFlags(program: string, flags: Flags): string {
  const words = Object.entries(flags).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
  return [program, ...words].join(' ');
}

/**
 * The container command of a preset: launcher and server in one shell line, flags in the catalogue's order, so that the same preset
 * always gives the same bytes.
 */
export function serveCommand({ launcher, server }: Pick<Preset, 'launcher' | 'server'>): readonly string[] {
  const line = `${withFlags(launcher.program, launcher.flags)} ${withFlags(server.program, server.flags)}`;
  return ['/bin/sh', '-c', line];
}
