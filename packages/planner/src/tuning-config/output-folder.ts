/** Where volumes are mounted in the pod of a training (KAITO docs, fine-tuning). */
const base = '/mnt';

/** Folders below it that hold something else than results. */
const taken: readonly string[] = ['/mnt/config', '/mnt/data'];

/** As much of a value as a message shows. */
const maxShown = 80;

/** Reads `TrainingArguments.output_dir`: a folder below `/mnt`, absolute or relative to it. `path` is absolute. */
export function checkOutputFolder(value: unknown): { readonly path?: string; readonly reasons: readonly string[] } {
  if (value === undefined || value === null) return { reasons: [] };
  if (typeof value !== 'string') return { reasons: [`output_dir must be a text, such as ${base}/results`] };
  const path = resolve(value);
  const shown = value.length > maxShown ? `${value.slice(0, maxShown)}…` : value;
  if (path === base || !path.startsWith(`${base}/`) || value.includes('\0')) {
    return { reasons: [`output_dir "${shown}" must be a folder below ${base}, such as ${base}/results`] };
  }
  const other = taken.find(folder => path === folder || path.startsWith(`${folder}/`));
  if (other !== undefined) {
    return {
      reasons: [`output_dir "${shown}" is inside ${other}, which is mounted for something else: use ${base}/results`],
    };
  }
  return { path, reasons: [] };
}

/** The absolute path, without `.`, `..` and doubled slashes. */
function resolve(path: string): string {
  const steps: string[] = [];
  for (const step of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return `/${steps.join('/')}`;
}
