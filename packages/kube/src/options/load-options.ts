import { readCommandLine } from './command-line.ts';
import { readConfigFile } from './config-file.ts';
import type { Options, OptionSpec, OptionTable } from './option-spec.ts';
import { OptionsError } from './options-error.ts';
import { parseValue } from './parse-value.ts';
import type { OptionValue } from './parse-value.ts';

export interface LoadOptions {
  /** The arguments after the program's name: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of the program. */
  readonly name: string;
  readonly description: string;
  readonly version?: string | undefined;
  /** Whole command lines, shown by `--help`. */
  readonly examples?: readonly string[] | undefined;
  /** Where help is printed; the process's own when absent. */
  readonly stdout?: { write(text: string): unknown } | undefined;
  /** Ends the process after help; `process.exit` when absent. */
  readonly exit?: ((code: number) => never) | undefined;
}

type Source = readonly [name: string, text: string | undefined];

/**
 * The options of a program from its command line, its environment and one YAML file (`--config`), in this order of
 * precedence, then the defaults of the table. Values are trimmed; an empty one counts as none. `--help` and
 * `--version` print and end the process.
 * @throws OptionsError with everything that is wrong.
 */
export function loadOptions<const Table extends OptionTable>(table: Table, options: LoadOptions): Options<Table> {
  const line = readCommandLine(table, options);
  if (line.done) {
    const { exit = (code: number) => process.exit(code) } = options;
    return exit(0);
  }
  const path = (line.configFile ?? options.env['CONFIG_FILE'])?.trim();
  const file = path
    ? readConfigFile(path, new Set(Object.keys(table)))
    : { values: new Map<string, string>(), problems: [] };
  const problems = [...line.problems, ...file.problems];
  const values: Record<string, OptionValue> = {};
  for (const [key, spec] of Object.entries(table)) {
    const value = choose(spec, problems, [
      ['the command line', line.values.get(key)],
      ['the environment', spec.env === undefined ? undefined : options.env[spec.env]],
      [path ?? 'the file', file.values.get(key)],
      ['the default', spec.default === undefined ? undefined : String(spec.default)],
    ]);
    if (value !== undefined) values[key] = value;
  }
  if (problems.length > 0) throw new OptionsError(options.name, problems);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was parsed as its row of the table says
  return values as Options<Table>;
}

/** The value from the first source that has one; what is wrong with it is added to `problems`. */
function choose(spec: OptionSpec, problems: string[], sources: readonly Source[]): OptionValue | undefined {
  const name = optionName(spec);
  for (const [source, given] of sources) {
    const text = given?.trim();
    if (!text) continue;
    const parsed = parseValue(spec, text);
    if ('value' in parsed) return parsed.value;
    const shown = spec.secret ? 'the value' : `"${text}"`;
    problems.push(`${name}: ${shown} from ${source} is not ${parsed.expected}`);
    return undefined;
  }
  if (spec.required) problems.push(`${name} is required`);
  return undefined;
}

/** How messages call an option: its flag, and the environment variable. */
function optionName({ flag, env }: OptionSpec): string {
  const long = flag.split(/[\s=,]+/).find(part => part.startsWith('--')) ?? flag;
  return env ? `${long} (${env})` : long;
}
