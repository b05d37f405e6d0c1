import { loadOptions, type OptionTable, type Options } from '@kaito/kube';
import { readArguments, type ServerArguments } from './arguments.ts';

const TABLE = {
  engine: {
    flag: '--engine <folder>',
    env: 'STAND_IN_ENGINE',
    type: 'string',
    required: true,
    description: 'folder with node-llama-cpp in its node_modules',
  },
  weights: {
    flag: '--weights <file>',
    env: 'STAND_IN_WEIGHTS',
    type: 'string',
    required: true,
    description: 'GGUF file of SmolLM2-135M-Instruct',
  },
  host: {
    flag: '--host <address>',
    env: 'STAND_IN_HOST',
    type: 'string',
    default: '0.0.0.0',
    description: 'address to listen on',
  },
  port: {
    flag: '--port <number>',
    env: 'STAND_IN_PORT',
    type: 'integer',
    default: 5000,
    min: 0,
    max: 65535,
    description: 'port; 0: any free one',
  },
  servedName: {
    flag: '--served-model-name <name>',
    env: 'STAND_IN_SERVED_MODEL_NAME',
    type: 'string',
    default: 'smollm2-135m-instruct',
    description: 'name in /v1/models',
  },
  contextLength: {
    flag: '--context-length <tokens>',
    env: 'STAND_IN_CONTEXT_LENGTH',
    type: 'integer',
    default: 2048,
    min: 64,
    max: 8192,
    description: 'tokens of prompt and answer together',
  },
  concurrency: {
    flag: '--concurrency <number>',
    env: 'STAND_IN_CONCURRENCY',
    type: 'integer',
    default: 2,
    min: 1,
    max: 16,
    description: 'answers written at once',
  },
  waiting: {
    flag: '--waiting <number>',
    env: 'STAND_IN_WAITING',
    type: 'integer',
    default: 16,
    min: 0,
    max: 1000,
    description: 'requests that may wait; more are answered with 429',
  },
  threads: {
    flag: '--threads <number>',
    env: 'STAND_IN_THREADS',
    type: 'integer',
    default: 1,
    min: 1,
    max: 64,
    description: 'threads that compute; no more than there are idle cores, or it gets far slower',
  },
  requestTimeout: {
    flag: '--request-timeout <duration>',
    env: 'STAND_IN_REQUEST_TIMEOUT',
    type: 'duration',
    default: '2m',
    description: 'time for one request, waiting included',
  },
  drainTimeout: {
    flag: '--drain-timeout <duration>',
    env: 'STAND_IN_DRAIN_TIMEOUT',
    type: 'duration',
    default: '25s',
    description: 'time for running requests at the end',
  },
  adapters: {
    flag: '--adapters <folder>',
    env: 'STAND_IN_ADAPTERS',
    type: 'string',
    default: '/mnt/adapter',
    description: 'folder whose adapters are listed as models; they are not applied',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'LOG_LEVEL',
    type: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    description: 'least severe lines that are written',
  },
} as const satisfies OptionTable;

/** Settings of the server, and what the command line of an image's own server adds to them. */
export interface Config extends Options<typeof TABLE> {
  readonly from: ServerArguments;
}

/** The first word of a command line that was meant for an image's own server. */
const IN_PLACE_OF = '--in-place-of';

/**
 * Reads flags and environment. After `--in-place-of` stands the command line of the server whose place this one takes; what it says
 * of port, name and context length counts.
 * @throws OptionsError with everything that is wrong.
 */
export function loadConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const at = argv.indexOf(IN_PLACE_OF);
  const [own, others] = at < 0 ? [argv, []] : [argv.slice(0, at), argv.slice(at + 1)];
  const from = readArguments(others);
  const options = loadOptions(TABLE, {
    argv: own,
    env,
    name: 'stand-in-model',
    description: 'A small language model on the CPU behind the HTTP surface of the inference images.',
  });
  return {
    ...options,
    port: from.port ?? options.port,
    servedName: from.servedName ?? options.servedName,
    contextLength: Math.min(from.contextLength ?? options.contextLength, options.contextLength),
    from,
  };
}
