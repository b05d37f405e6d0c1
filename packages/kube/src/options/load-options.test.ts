import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOptions } from './load-options.ts';
import type { LoadOptions } from './load-options.ts';
import { OptionsError } from './options-error.ts';
import { parseValue } from './parse-value.ts';

const table = {
  subscriptionId: {
    flag: '--arm-subscription-id <id>',
    env: 'ARM_SUBSCRIPTION_ID',
    type: 'string',
    required: true,
    description: 'Azure subscription of the cluster',
  },
  metricsPort: {
    flag: '--metrics-port <port>',
    env: 'METRICS_PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 8080,
    description: 'port of /metrics',
  },
  leaderElect: {
    flag: '--leader-elect',
    env: 'LEADER_ELECT',
    type: 'boolean',
    default: true,
    description: 'lead by lease',
  },
  grace: { flag: '--grace <duration>', type: 'duration', default: '25s', description: 'time to stop' },
  logLevel: { flag: '--log-level <level>', type: ['debug', 'info'], default: 'info', description: 'detail of the log' },
  clientSecret: {
    flag: '--client-secret <text>',
    env: 'SECRET',
    type: 'integer',
    secret: true,
    description: 'a secret',
  },
} as const;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaito-options-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function load(argv: readonly string[], env: LoadOptions['env'] = {}, more: Partial<LoadOptions> = {}) {
  return loadOptions(table, { argv, env, name: 'program', description: 'Does things.', ...more });
}

function configFile(content: string): string {
  const path = join(directory, 'config.yaml');
  writeFileSync(path, content);
  return path;
}

/** The problems that loading ends with. */
function problems(argv: readonly string[], env: LoadOptions['env'] = {}): readonly string[] {
  try {
    load(argv, env);
  } catch (error) {
    if (error instanceof OptionsError) return error.problems;
    throw error;
  }
  return [];
}

const required = ['--arm-subscription-id', 'sub'];

test('values have their types, and defaults fill the rest', () => {
  const options = load(required);
  // The types are part of what is promised.
  const typed: { subscriptionId: string; metricsPort: number; grace: number; leaderElect: boolean } = options;
  const level: 'debug' | 'info' = options.logLevel;
  const secret: number | undefined = options.clientSecret;
  expect({ ...typed, level, secret }).toMatchObject({
    subscriptionId: 'sub',
    metricsPort: 8080,
    leaderElect: true,
    grace: 25_000,
    level: 'info',
    secret: undefined,
  });
});

test('a flag wins over the environment, that over the file, that over the default', () => {
  const file = configFile('metricsPort: 3\nsubscriptionId: from-file\nleaderElect: false\n');
  const env = { METRICS_PORT: '2', ARM_SUBSCRIPTION_ID: 'from-env' };
  expect(load(['--config', file, '--metrics-port=1'], env)).toMatchObject({
    metricsPort: 1,
    subscriptionId: 'from-env',
    leaderElect: false,
  });
  expect(load([], { ...env, CONFIG_FILE: file })).toMatchObject({ metricsPort: 2, leaderElect: false });
  expect(load(['--config', file])).toMatchObject({ metricsPort: 3, subscriptionId: 'from-file' });
});

test('values are trimmed, and an empty one counts as none', () => {
  expect(load([], { ARM_SUBSCRIPTION_ID: ' sub\n', METRICS_PORT: '  ' })).toMatchObject({
    subscriptionId: 'sub',
    metricsPort: 8080,
  });
  expect(problems([], { ARM_SUBSCRIPTION_ID: ' ' })).toEqual([
    '--arm-subscription-id (ARM_SUBSCRIPTION_ID) is required',
  ]);
});

test.each([
  [['--leader-elect'], true],
  [['--leader-elect=false'], false],
  [['--leader-elect', 'false'], false],
  [['--leader-elect=0'], false],
  [['--leader-elect', '--metrics-port', '1'], true],
])('booleans as Go programs take them: %j', (argv, expected) => {
  expect(load([...required, ...argv], { LEADER_ELECT: String(!expected) }).leaderElect).toBe(expected);
});

test('everything that is wrong comes out at once, with flag, variable and source', () => {
  const file = configFile('logLevel: loud\nunknown: 1\ngrace: [1]\n');
  const argv = ['--config', file, '--metrics-port', '70000', '--grace', 'soon', '--no-such-flag=hunter2', 'stray'];
  expect(problems(argv, { LEADER_ELECT: 'maybe' })).toEqual([
    'unknown argument "--no-such-flag"',
    'unknown argument "stray"',
    `${file}: unknown key "unknown"; known are ${Object.keys(table).join(', ')}`,
    `${file}: the value of "grace" must be a text, a number or a boolean`,
    '--arm-subscription-id (ARM_SUBSCRIPTION_ID) is required',
    '--metrics-port (METRICS_PORT): "70000" from the command line is not a whole number from 0 to 65535',
    '--leader-elect (LEADER_ELECT): "maybe" from the environment is not true or false',
    '--grace: "soon" from the command line is not a duration such as 500ms, 30s, 5m or 1h30m',
    `--log-level: "loud" from ${file} is not one of debug, info`,
  ]);
  expect(() => load(argv)).toThrow(/^program cannot start:\n {2}- unknown argument/);
});

test('a flag without its value is a problem beside the others', () => {
  expect(problems(['--metrics-port'])).toEqual([
    "option '--metrics-port <port>' argument missing",
    '--arm-subscription-id (ARM_SUBSCRIPTION_ID) is required',
  ]);
});

test('a secret is never shown', () => {
  expect(problems(required, { SECRET: 'hunter2' })).toEqual([
    '--client-secret (SECRET): the value from the environment is not a whole number',
  ]);
});

test.each([
  ['missing', undefined, 'cannot be read: ENOENT'],
  ['no mapping', '- a\n', 'it must hold one YAML mapping'],
  ['no YAML', 'a: hunter2\n  b: [', 'cannot be read: BLOCK_AS_IMPLICIT_KEY in line 1'],
])('a file with %s is named, and not quoted', (_name, content, expected) => {
  const path = content === undefined ? join(directory, 'none') : configFile(content);
  expect(problems([...required, '--config', path])).toEqual([`${path}: ${expected}`]);
});

test('an empty file says nothing', () => {
  expect(problems([...required, '--config', configFile('')])).toEqual([]);
});

test('--help shows every option with its variable, default and choices, the examples, and ends the process', () => {
  const printed: string[] = [];
  const help = () =>
    load(
      ['--help'],
      {},
      {
        examples: ['program --arm-subscription-id 123'],
        stdout: { write: text => printed.push(text) },
        exit: code => {
          throw new Error(`exit ${code}`);
        },
      },
    );
  expect(help).toThrow('exit 0');
  expect(printed.join('')).toMatchSnapshot();
});

test('--version prints the version', () => {
  const printed: string[] = [];
  const version = () =>
    load(
      ['--version'],
      {},
      {
        version: '1.2.3',
        stdout: { write: text => printed.push(text) },
        exit: code => {
          throw new Error(`exit ${code}`);
        },
      },
    );
  expect(version).toThrow('exit 0');
  expect(printed).toEqual(['1.2.3\n']);
});

test.each([
  ['0', 0],
  ['500ms', 500],
  ['1.5s', 1_500],
  ['1h30m', 5_400_000],
])('the duration %s is %d ms', (text, value) => {
  expect(parseValue({ flag: '--d', type: 'duration', description: '' }, text)).toEqual({ value });
});

test.each(['5', '-5s', '1d', 's', '5 s', ''])('"%s" is no duration', text => {
  expect(parseValue({ flag: '--d', type: 'duration', description: '' }, text)).toHaveProperty('expected');
});

test.each(['1.5', '1e3', '0x10', '', 'NaN', '99999999999999999999'])('"%s" is no integer', text => {
  expect(parseValue({ flag: '--i', type: 'integer', description: '' }, text)).toHaveProperty('expected');
});
