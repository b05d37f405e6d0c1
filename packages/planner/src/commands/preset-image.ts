import type { PresetImage } from '../models/model.ts';
import { commandLine, shellCommand } from './shell.ts';

/** The command of a v0.3 image: launcher and server in one shell line, flags in the catalogue's order. */
export function presetImageCommand({ launcher, server }: Pick<PresetImage, 'launcher' | 'server'>): readonly string[] {
  const start = commandLine(launcher.program, launcher.flags);
  return shellCommand(`${start} ${commandLine(server.program, server.flags)}`);
}
