/** Command-line flags in the order in which they are written; `true` is a flag without a value. */
export type Flags = Readonly<Record<string, string | true>>;

/** Text that a shell reads as itself (POSIX shell, section 2.2 on quoting, names the characters that it does not). */
const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A word for a POSIX shell that stands for exactly this text. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A program with its flags, as a line for a shell. The program is ours and is not quoted; it may have words of its own. */
export function commandLine(program: string, flags: Flags): string {
  const words = Object.entries(flags).map(([name, value]) =>
    shellWord(value === true ? `--${name}` : `--${name}=${value}`),
  );
  return [program, ...words].join(' ');
}

/**
 * A container command that has a shell run the line, which the program then takes the place of: a shell that waits for its child as the
 * first process of a container does not pass signals on, and the pod would hold its GPUs until it is killed.
 * @param before what is run first, and has to succeed
 */
export function shellCommand(line: string, before?: string): readonly string[] {
  return ['/bin/sh', '-c', [...(before === undefined ? [] : [before]), `exec ${line}`].join(' && ')];
}
