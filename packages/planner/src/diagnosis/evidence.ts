/** Enough for any message with all its numbers, and still readable beside others. */
const maxLength = 1000;
/** What lies further back in a log than this is not looked at, so that a pattern never runs over megabytes. */
const maxText = 64 * 1024;

// Hugging Face's user tokens, bearer tokens, signatures of shared access URLs, passwords in URLs.
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\bhf_[A-Za-z0-9]{8,}/g, 'hf_***'],
  [/\b(bearer) +[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/([?&]sig=)[\w%+/=-]+/gi, '$1***'],
  [/(:\/\/[^\s/:@]{1,200}:)[^\s/@]{1,200}@/g, '$1***@'],
];

// Colours and other control characters, but not line breaks and tabs.
// oxlint-disable-next-line no-control-regex
const control = /\u001B\[[0-9;]*[A-Za-z]|[\u0000-\u0008\u000B-\u001F\u007F]/g;

/** The end of a text without control characters, and with everything that looks like a credential blotted out. */
export function readable(text: string): string {
  const plain = text.slice(-maxText).replaceAll(control, '');
  return secrets.reduce((left, [pattern, blot]) => left.replaceAll(pattern, blot), plain);
}

/**
 * The words to show: the lines that a pattern fits in, or else the whole; of a text that is too long the end, where errors stand.
 * @param at where in the text the pattern fits
 */
export function excerpt(text: string, at: { readonly start: number; readonly end: number } | undefined): string {
  const words = (at ? linesAround(text, at) : text).trim();
  if (words.length <= maxLength) return words;
  return at ? `${words.slice(0, maxLength - 1)}…` : `…${words.slice(1 - maxLength)}`;
}

function linesAround(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  const from = text.lastIndexOf('\n', Math.max(0, start - 1)) + 1;
  const to = text.indexOf('\n', end);
  const lines = text.slice(from, to === -1 ? undefined : to);
  // One line of a program may be longer than anybody reads: start near what was found then.
  return lines.length > maxLength ? text.slice(Math.max(from, start - 200), to === -1 ? undefined : to) : lines;
}

/** The last words of a program, fit to be shown to everybody who may read the workspace. */
export function lastWords(log: string): string {
  return excerpt(readable(log), undefined);
}
