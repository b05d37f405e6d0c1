import { diagnosisRows, type DiagnosisRow } from '@kaito/planner';
import { code, plain, table } from './markdown.ts';

type Place = DiagnosisRow['places'][number];

const introduction = `<!-- Made by npm run generate from packages/planner/src/diagnosis; edit the rows there. -->

# What can stand in the way of a workspace

\`status.diagnosis\` of a workspace that is not ready says the cause, the words that led to it, whose move it is, what to do next and, where
it is known, when it is tried again; \`kubectl describe workspace\` shows it. These are the causes that Kaito knows. What stands in angle
brackets is filled in from what was seen. Words that fit no row are shown as they are, with the cause \`Unknown\`.

Whose move it is: the **user** who wrote the workspace, an administrator of the **cluster** and its subscription, **azure** or
**huggingface**, where only waiting helps, or **kaito**, which is at work. In _italics_: nothing is broken, it takes its time.
`;

/** Where something is seen, in the order of a start. */
const headings: Readonly<Record<Place, string>> = {
  spec: 'In the workspace, and about its model',
  claim: 'In the words of whoever makes nodes',
  node: 'On nodes',
  config: 'In a ConfigMap or Secret that the workspace names',
  api: 'In answers of the API server',
  schedule: 'In the words of the scheduler',
  volume: 'About volumes',
  image: 'About images',
  container: 'About containers',
  pod: 'About a pod as a whole',
  adapter: 'About adapters',
  job: 'About the Job of a training',
  log: 'In the last words of a server',
  rollout: 'About a change that waits',
  progress: 'While a start goes on',
};

/** The page on the causes that status can name, as Markdown. */
export function diagnosisReference(): string {
  const sections = Object.entries(headings).map(([place, heading]) => {
    const rows = diagnosisRows.filter(({ places }) => places[0] === place).map(toRow);
    const shown = rows.filter((row, index) => rows.findIndex(other => String(other) === String(row)) === index);
    return `## ${heading}\n\n${table(['cause', 'what is wrong', 'whose move', 'next step'], shown)}\n`;
  });
  return [introduction, ...sections].join('\n');
}

function toRow(row: DiagnosisRow): readonly string[] {
  const message = readable(row.message);
  return [causeOf(row), row.waiting ? `_${message}_` : message, row.mover, readable(row.nextStep)];
}

/** A row whose cause is the word of whoever reports it stands for all of its words. */
function causeOf({ cause, codes }: DiagnosisRow): string {
  if (cause !== '{code}') return code(cause);
  return codes ? codes.map(code).join(', ') : 'any other';
}

function readable(template: string): string {
  const words = template === '{text}' ? 'as it was reported' : template.replace(/: \{text\}$/, '');
  return plain(words.replaceAll(/\{(\w+)\}/g, '<$1>'));
}
