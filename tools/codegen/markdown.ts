/**
 * A table of Markdown.
 * @param headings one for each column
 * @param rows cells as Markdown, in the order of the headings; use `plain` and `code` for words that are not
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = headings.map(() => '---');
  return [headings, rule, ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

/** Words that are shown as they stand: what Markdown or a table would take for its own is escaped. */
export function plain(words: string): string {
  return words.replaceAll(/[\\|<*`]/g, character => `\\${character}`).replaceAll(/\s+/g, ' ');
}

/** A name or a value in the type of programs; nothing for nothing. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('|', String.raw`\|`)}\``;
}
