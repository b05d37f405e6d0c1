import { Command, CommanderError, Option } from 'commander';
import type { LoadOptions } from './load-options.ts';
import type { OptionSpec, OptionTable } from './option-spec.ts';

/** What the command line says. */
export interface CommandLine {
  /** The values by key of the option table, as text. */
  readonly values: ReadonlyMap<string, string>;
  readonly configFile: string | undefined;
  readonly problems: readonly string[];
  /** Help or the version was asked for and printed: there is nothing more to do. */
  readonly done: boolean;
}

/** Reads the arguments; prints help or the version to `options.stdout` when asked. */
export function readCommandLine(table: OptionTable, options: LoadOptions): CommandLine {
  const command = createCommand(options);
  const attributes = new Map<string, string>();
  for (const [key, spec] of Object.entries(table)) {
    const option = toOption(spec);
    command.addOption(option);
    attributes.set(key, option.attributeName());
  }
  const problems: string[] = [];
  try {
    command.parse([...options.argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { values: new Map(), configFile: undefined, problems, done: true };
    problems.push(error.message.replace(/^error: /, ''));
  }
  problems.push(...command.args.map(argument => `unknown argument "${argument.split('=', 1)[0] ?? ''}"`));
  const given: Record<string, unknown> = command.opts();
  const values = new Map<string, string>();
  for (const [key, attribute] of attributes) {
    const value = given[attribute];
    if (typeof value === 'string' || typeof value === 'boolean') values.set(key, String(value));
  }
  const { config } = given;
  return { values, configFile: typeof config === 'string' ? config : undefined, problems, done: false };
}

function createCommand({ name, description, version, examples = [], stdout = process.stdout }: LoadOptions): Command {
  const command = new Command(name)
    .description(description)
    .exitOverride()
    // Unknown arguments are collected, so that all problems come out at once.
    .allowUnknownOption()
    .allowExcessArguments()
    .configureOutput({ writeOut: text => void stdout.write(text), writeErr: () => {} })
    .configureHelp({ helpWidth: 120 })
    .option('--config <file>', 'YAML file with any of these options by their camelCase names (env: CONFIG_FILE)');
  if (version !== undefined) command.version(version);
  if (examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${examples.map(example => `  ${example}`).join('\n')}`);
  }
  command.addHelpText(
    'after',
    '\nA flag wins over the environment, the environment over the file, the file over the default.',
  );
  return command;
}

function toOption(spec: OptionSpec): Option {
  // As with Go programs, both --leader-elect and --leader-elect=false are understood.
  const flag = spec.type === 'boolean' && !/[<[]/.test(spec.flag) ? `${spec.flag} [true|false]` : spec.flag;
  const notes = [
    ...(spec.env ? [`env: ${spec.env}`] : []),
    ...(Array.isArray(spec.type) ? [`one of: ${spec.type.join(', ')}`] : []),
    ...(spec.required ? ['required'] : []),
    ...(spec.default === undefined ? [] : [`default: ${String(spec.default)}`]),
  ];
  return new Option(flag, notes.length > 0 ? `${spec.description} (${notes.join('; ')})` : spec.description);
}
