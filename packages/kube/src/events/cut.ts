const encoder = new TextEncoder();
const decoder = new TextDecoder();
const ELLIPSIS = '…';

/** `text`, shortened so that its UTF-8 form has at most `maxBytes` bytes; a cut is marked and splits no character. */
export function cut(text: string, maxBytes: number): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return text;
  const room = maxBytes - encoder.encode(ELLIPSIS).length;
  // Decoding replaces half a character at the end by U+FFFD, which is then taken off.
  return decoder.decode(bytes.subarray(0, room)).replace(/\uFFFD$/, '') + ELLIPSIS;
}
