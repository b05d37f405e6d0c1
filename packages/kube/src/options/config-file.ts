import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { errorCode } from '../client/json.ts';

export interface ConfigFile {
  /** The values by key of the option table, as text. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** Reads a configuration file: one YAML mapping with the keys of the option table. Problems name the file and the key. */
export function readConfigFile(path: string, known: ReadonlySet<string>): ConfigFile {
  const content = load(path);
  if (typeof content === 'string') return { values: new Map(), problems: [content] };
  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    if (!known.has(key)) {
      problems.push(`${path}: unknown key "${key}"; known are ${[...known].join(', ')}`);
    } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      values.set(key, String(value));
    } else if (value !== null) {
      problems.push(`${path}: the value of "${key}" must be a text, a number or a boolean`);
    }
  }
  return { values, problems };
}

/** The mapping in the file, or what is wrong. */
function load(path: string): object | string {
  try {
    const content: unknown = parse(readFileSync(path, 'utf8'));
    if (content === null) return {};
    return typeof content === 'object' && !Array.isArray(content) ? content : `${path}: it must hold one YAML mapping`;
  } catch (error) {
    // The parser's message quotes the file, which may hold secrets.
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    return `${path}: cannot be read: ${errorCode(error) ?? 'unknown error'}${line ? ` in line ${line}` : ''}`;
  }
}
