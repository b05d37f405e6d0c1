import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { messageOf } from '../../error-text.ts';
import type { TrainingSettings } from './settings.ts';
import { TrainerError } from './trainer-error.ts';

/** Kinds of files that KAITO's dataset.py looks for in names. */
const EXTENSIONS = ['csv', 'json', 'parquet', 'arrow', 'webdataset'] as const;

/**
 * Finds the data as KAITO's dataset.py does, and checks the columns as far as a text file tells them.
 * @param folder of the data
 * @param named where the settings say that it is, if they do
 * @returns SHA-256 of the file, in hexadecimal digits
 * @throws TrainerError
 */
export function readData(folder: string, named: string | undefined, settings: TrainingSettings): string {
  const file = named ?? findData(folder);
  if (file === undefined) throw new TrainerError('Unable to find a valid dataset file.');
  const kind =
    settings.dataExtension ?? EXTENSIONS.find(extension => basename(file).toLowerCase().includes(extension)) ?? '';
  const content = load(file, kind);
  const columns = columnsOf(content.toString(), kind);
  const missing = columns && settings.columns.find(column => !columns.includes(column));
  if (columns && missing !== undefined) {
    const available = columns.map(column => `'${column}'`).join(', ');
    throw new TrainerError(`Column '${missing}' does not exist in the dataset. Available columns: [${available}]`);
  }
  return createHash('sha256').update(content).digest('hex');
}

function findData(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const names = files.map(entry => join(entry.parentPath, entry.name)).toSorted();
  return names.find(name => EXTENSIONS.some(extension => basename(name).toLowerCase().includes(extension)));
}

function load(file: string, kind: string): Buffer {
  try {
    const content = readFileSync(file);
    if (content.length === 0) throw new Error('the file is empty');
    if (kind === 'json') JSON.parse(firstRow(content.toString()));
    return content;
  } catch (error) {
    process.stdout.write(`Error loading dataset: ${messageOf(error)}\n`);
    throw new TrainerError(`Unable to load dataset ${relative('/', file)} with file type '${kind}'`);
  }
}

/** The first of many rows, or the whole text where it is one value. */
function firstRow(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.trimStart().startsWith('{') && line.trimEnd().endsWith('}') ? line : text;
}

/** Undefined where the stand-in cannot read the format. */
function columnsOf(text: string, kind: string): readonly string[] | undefined {
  if (kind === 'csv') return text.split('\n', 1)[0]?.trim().split(',');
  if (kind !== 'json') return undefined;
  const value: unknown = JSON.parse(firstRow(text));
  const row: unknown = Array.isArray(value) ? value[0] : value;
  return typeof row === 'object' && row !== null ? Object.keys(row) : [];
}
