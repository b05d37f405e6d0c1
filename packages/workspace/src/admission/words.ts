import type { Problem } from '@kaito/planner';

/** Characters of an answer in all; the API server takes more, but nobody reads more. */
export const maxMessage = 2048;
/** Characters of one problem, which may repeat what a user wrote. */
const maxProblem = 512;

/** Characters that the API server asks a warning to stay below, and warnings that a reader takes in (admission.k8s.io/v1). */
const maxWarning = 250;
const maxWarnings = 10;

/** All problems as one text that fits into an answer: the sentence of one, or a numbered list. */
export function refusalMessage(problems: readonly Problem[]): string {
  const sentences = problems.map(({ message }) => cut(message, maxProblem));
  if (sentences.length === 1) return sentences.join();
  let text = `${problems.length} problems:`;
  for (const [index, sentence] of sentences.entries()) {
    const next = ` (${index + 1}) ${sentence}${index + 1 < sentences.length ? ';' : ''}`;
    // What is left must hold the words that say how many follow.
    if (text.length + next.length > maxMessage - 32) return `${text} … and ${sentences.length - index} more`;
    text += next;
  }
  return text;
}

/** The warnings, each once, as short and as few as the API server wants them. */
export function shortWarnings(warnings: readonly string[]): readonly string[] {
  return [...new Set(warnings)].slice(0, maxWarnings).map(warning => cut(warning, maxWarning));
}

/** The text, or its beginning with an ellipsis; on one line, and without what a terminal would obey. */
export function cut(text: string, length: number): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const line = text.replaceAll(/[\u0000-\u001F\u007F-\u009F\s]+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
