/** What a command line of one of the inference images says that matters here. */
export interface ServerArguments {
  readonly servedName?: string;
  readonly port?: number;
  /** Tokens; `auto` counts as nothing said. */
  readonly contextLength?: number;
  readonly pipeline?: 'text-generation' | 'conversational';
  readonly runtime?: 'vllm' | 'transformers';
  /** Flags that mean nothing to a stand-in, for the log. */
  readonly ignored: readonly string[];
}

/**
 * Reads the command line by which the images' own server is started (`inference_api.py`, KAITO v0.3 to v0.12), flags with dashes or
 * underscores. What steers GPUs and downloads is passed over.
 */
export function readArguments(argv: readonly string[]): ServerArguments {
  const flags = readFlags(argv);
  const known = ['served-model-name', 'port', 'max-model-len', 'pipeline'];
  const [port, contextLength] = [integer(flags.get('port')), integer(flags.get('max-model-len'))];
  const servedName = flags.get('served-model-name') ?? undefined;
  const pipeline = flags.get('pipeline');
  const script = argv.find(word => word.endsWith('inference_api.py'));
  return {
    ...(servedName && { servedName }),
    ...(port !== undefined && { port }),
    ...(contextLength !== undefined && { contextLength }),
    ...((pipeline === 'text-generation' || pipeline === 'conversational') && { pipeline }),
    ...(script && { runtime: script.includes('vllm') ? ('vllm' as const) : ('transformers' as const) }),
    ignored: [...flags.keys()].filter(flag => !known.includes(flag)),
  };
}

/** Flags by name; one without a value is empty. */
function readFlags(argv: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, word] of argv.entries()) {
    if (!word.startsWith('--')) continue;
    const [name = '', ...rest] = word.slice(2).split('=');
    const following = argv[index + 1] ?? '';
    const value = rest.length > 0 ? rest.join('=') : following;
    flags.set(name.replaceAll('_', '-'), rest.length === 0 && following.startsWith('--') ? '' : value);
  }
  return flags;
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
