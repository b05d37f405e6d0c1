import type { CpuServer } from '../models/model.ts';

/** The command of our server on CPUs (tools/stand-in-model). No shell reads it. */
export function cpuCommand(
  { command, contextLength }: Pick<CpuServer, 'command' | 'contextLength'>,
  { servedName, port }: { readonly servedName: string; readonly port: number },
): readonly string[] {
  return [...command, `--port=${port}`, `--served-model-name=${servedName}`, `--context-length=${contextLength}`];
}
