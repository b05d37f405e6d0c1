/** What a trainer last said of itself. */
export interface TrainingReport {
  /** Steps that are done. */
  readonly step?: number;
  /** Steps in all. */
  readonly steps?: number;
  /** Passes over the data that are done. */
  readonly epoch?: number;
  /** The training loss that was last told; NaN or infinite where the training has gone astray. */
  readonly loss?: number;
  readonly secondsPerStep?: number;
  /** The last step that can be gone on from. */
  readonly checkpoint?: number;
  /** The step that this attempt went on from. */
  readonly resumedFrom?: number;
  /** The training has ended well, and its result is written. */
  readonly done?: boolean;
}

/** What lies further back than this is not looked at: trainers report every few lines. */
const maxCharacters = 256 * 1024;

/**
 * What the end of a trainer's log says, each value as it was told last; undefined when it says nothing of a training. The lines of
 * train.py count; where there are none, what the trainer of transformers and its progress bar print. Lines that are cut off, and all
 * else, are passed over. Pure, and never throws.
 */
export function readTraining(log: string): TrainingReport | undefined {
  const text = log.slice(-maxCharacters);
  return trainingReport(ownLines(text)) ?? merged([...progressBars(text), ...trainerLines(text)]);
}

/**
 * The same of what stands in the lines of train.py, `{"kaito.training": …}`.
 * @param reports the values under that key, the oldest first
 */
export function trainingReport(reports: readonly unknown[]): TrainingReport | undefined {
  return merged(reports.map(valuesOf));
}

function merged(values: readonly TrainingReport[]): TrainingReport | undefined {
  // A pod's log is of one attempt: what was told once holds until it is told anew.
  const all = values.reduce<TrainingReport>((known, told) => ({ ...known, ...told }), {});
  return Object.keys(all).length === 0 ? undefined : all;
}

/** A container's log may put what two streams wrote at the same time into one line: ours may stand behind a part of a progress bar. */
function ownLines(text: string): readonly unknown[] {
  return [...text.matchAll(/\{"kaito\.training":(\{[^{}\n]{0,1000}\})\}/g)].map(([, json = '']) => parsed(json));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // No line of ours.
    return undefined;
  }
}

const numbers = ['step', 'steps', 'epoch', 'secondsPerStep', 'checkpoint', 'resumedFrom'] as const;

function valuesOf(report: unknown): TrainingReport {
  const fields: Readonly<Record<string, unknown>> = typeof report === 'object' ? { ...report } : {};
  const known = numbers
    .map(name => [name, fields[name]])
    .filter(([, value]) => typeof value === 'number' && value >= 0);
  const loss = lossOf(fields['loss']);
  return {
    ...Object.fromEntries(known),
    ...(loss !== undefined && { loss }),
    ...(fields['done'] === true && { done: true }),
  };
}

/** Python's words for what is no number; JSON has none. */
const odd: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };

function lossOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return Object.hasOwn(odd, value) ? odd[value] : finite(value);
}

function finite(word: string): number | undefined {
  const value = word === '' ? Number.NaN : Number(word);
  return Number.isFinite(value) ? value : undefined;
}

/** A dictionary as Python prints it; transformers 5 puts its numbers in quotes. What begins with the loss is told of the training. */
function trainerLines(text: string): readonly TrainingReport[] {
  const lines = text.matchAll(/\{'loss': '?(?<loss>[\w.+-]{1,30})'?, (?<rest>[^{}\n]{0,1000})\}/g);
  return [...lines].map(({ groups = {} }) => {
    const loss = lossOf(groups['loss']);
    const epoch = finite(/'epoch': '?([\d.]{1,20})/.exec(groups['rest'] ?? '')?.[1] ?? '');
    return { ...(loss !== undefined && { loss }), ...(epoch !== undefined && { epoch }) };
  });
}

/** tqdm, as in ` 10%|█  | 12/120 [00:10<01:30,  1.20s/it]`. Bars of other things have a title before them, or name what they count. */
const bar =
  /(?:^|[\r\n])[ \t]{0,200}\d{1,3}%\|[^|\r\n]{0,200}\| (?<step>\d{1,9})\/(?<steps>\d{1,9}) \[[^\]\r\n,]{0,40},\s+(?:(?<pace>[\d.]{1,12})(?<unit>s\/it|it\/s)|\?it\/s)/g;

function progressBars(text: string): readonly TrainingReport[] {
  return [...text.matchAll(bar)].map(({ groups = {} }) => {
    const pace = finite(groups['pace'] ?? '');
    const secondsPerStep = pace && groups['unit'] === 'it/s' ? 1 / pace : pace;
    return { step: Number(groups['step']), steps: Number(groups['steps']), ...(secondsPerStep && { secondsPerStep }) };
  });
}
