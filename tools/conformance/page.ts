import { plain, table } from '../codegen/markdown.ts';
import type { Result, Suite } from './results.ts';

/** What a page of results is made of. */
export interface Report {
  /** One column each. */
  readonly targets: readonly Suite[];
  /** Tests that are about several ways to come by nodes at once. */
  readonly together: readonly Suite[];
  readonly karpenterVersion: string;
  /** When it ran, as YYYY-MM-DD. */
  readonly date: string;
}

/** The page of results in Markdown. */
export function renderPage({ targets, together, karpenterVersion, date }: Report): string {
  const { table: promises, notes } = renderTable(targets);
  return [
    '# Conformance',
    '',
    'The workspace controller comes by nodes in five ways, and keeps the same promises in each. This page is made from the results of a run:',
    '',
    '```sh',
    'npm run e2e:swap',
    '```',
    '',
    `Run on ${date}: each column on a control plane of its own with kwok for the kubelets, the emulated Azure for gpu-provisioner, and upstream`,
    `Karpenter v${karpenterVersion}, the program built from its source, with its kwok provider. Seconds are of that run, and hold for its machine only.`,
    '',
    promises,
    '',
    ...notes,
    ...(notes.length > 0 ? [''] : []),
    '## Together',
    '',
    ...together.flatMap(({ results }) =>
      [...results].map(([promise, result]) => `- ${promise}: ${sayingResult(result)}`),
    ),
    '',
    'How a cluster goes over from one to another: [provisioners.md](provisioners.md).',
    '',
  ].join('\n');
}

/** The table, a row for each promise, and the footnotes for what a target does not promise. */
export function renderTable(targets: readonly Suite[]): {
  readonly table: string;
  readonly notes: readonly string[];
} {
  const promises = [...new Set(targets.flatMap(({ results }) => [...results.keys()]))];
  const notes: string[] = [];
  const cell = (result: Result | undefined, title: string): string => {
    if (result?.state !== 'excepted') return result ? sayingResult(result) : 'not run';
    notes.push(`${notes.length + 1}. ${title}: ${result.reason}.`);
    return `not promised (${notes.length})`;
  };
  const rows = promises.map(promise => [
    plain(promise),
    ...targets.map(({ title, results }) => cell(results.get(promise), title)),
  ]);
  return { table: table(['promise', ...targets.map(({ title }) => plain(title))], rows), notes };
}

function sayingResult(result: Result): string {
  if (result.state === 'kept') return `yes, ${(result.ms / 1000).toFixed(1)} s`;
  return result.state === 'broken' ? '**no**' : `not promised: ${result.reason}`;
}
