interface OptionBase {
  /** How the flag is written, with its placeholder: `--arm-subscription-id <id>`. */
  readonly flag: string;
  /** Environment variable of the same meaning. */
  readonly env?: string;
  readonly description: string;
  /** Starting without a value is refused. */
  readonly required?: boolean;
  /** The value is never shown, not even in an error. */
  readonly secret?: boolean;
}

/** One setting: a flag, an environment variable and a key of the configuration file. */
export type OptionSpec =
  | (OptionBase & { readonly type: 'string'; readonly default?: string })
  | (OptionBase & { readonly type: 'integer'; readonly default?: number; readonly min?: number; readonly max?: number })
  | (OptionBase & { readonly type: 'boolean'; readonly default?: boolean })
  /** Written as `500ms`, `30s`, `5m`, `1h30m`; the value is in milliseconds. */
  | (OptionBase & { readonly type: 'duration'; readonly default?: string })
  /** One of these words. */
  | (OptionBase & { readonly type: readonly string[]; readonly default?: string });

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S['type'] extends 'integer' | 'duration'
  ? number
  : S['type'] extends 'boolean'
    ? boolean
    : S['type'] extends readonly (infer Choice)[]
      ? Choice
      : string;

type IsSet<S extends OptionSpec> = S extends { readonly required: true }
  ? true
  : S extends { readonly default: string | number | boolean }
    ? true
    : false;

/** The values of a table: certain where there is a default or the option is required, otherwise perhaps undefined. */
export type Options<Table extends OptionTable> = {
  readonly [Key in keyof Table]: IsSet<Table[Key]> extends true ? ValueOf<Table[Key]> : ValueOf<Table[Key]> | undefined;
};
