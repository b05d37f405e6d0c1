/**
 * Shell as it is written here: backslashes stay, and `\${` is the shell's own `${`. Nothing is put in but other constants: what users wrote reaches a script by
 * its environment.
 */
export function shell(text: TemplateStringsArray, ...parts: readonly (string | number)[]): string {
  return String.raw(text, ...parts).replaceAll('\\${', '${');
}
