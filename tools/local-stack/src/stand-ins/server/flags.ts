/** What of a server's command line its stand-in goes by; other flags are the model's. */
export interface ServerFlags {
  /** What requests call the model. */
  readonly servedName: string;
  readonly port: number;
  readonly lora: boolean;
  readonly maxLoraRank: number;
  readonly adaptersFolder: string;
}

const PORT = 5_000;
/** Of vLLM (vLLM docs, engine arguments). */
const MAX_LORA_RANK = 16;

/** Reads `--name value`, `--name=value` and `--name`; underscores are hyphens. */
export function readFlags(words: readonly string[]): ServerFlags {
  const flags = flagValues(words);
  const model = flags.get('model') ?? flags.get('pretrained-model-name-or-path') ?? 'model';
  return {
    servedName: flags.get('served-model-name') ?? model,
    port: Number(flags.get('port') ?? PORT),
    lora: flags.has('enable-lora'),
    maxLoraRank: Number(flags.get('max-lora-rank') ?? MAX_LORA_RANK),
    adaptersFolder: flags.get('kaito-adapters-dir') ?? '/mnt/adapter',
  };
}

function flagValues(words: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const [, name, value] = /^--([\w.-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) continue;
    const next = words[index + 1];
    flags.set(name.replaceAll('_', '-'), value ?? (next === undefined || next.startsWith('--') ? 'true' : next));
  }
  return flags;
}
