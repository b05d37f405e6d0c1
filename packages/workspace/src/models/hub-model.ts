import { isModelId, readHuggingFaceModel, type HuggingFaceFile, type HuggingFaceReading } from '@kaito/planner';
import type { HubClient } from './hub-client.ts';
import { HubError } from './hub-error.ts';

/** Who asks, and until when. */
export interface HubCall {
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
}

/** What the API says about a repository, as far as it is used. */
interface RepositoryInfo {
  readonly id: string;
  readonly revision: string;
  readonly files: readonly HuggingFaceFile[];
  readonly gated: unknown;
  readonly license: unknown;
  readonly pipelineTag: unknown;
}

/** Bytes of an answer: a list of some 10,000 files; a configuration (the largest known have 100 kB). */
const maxInfoBytes = 8 * 2 ** 20;
const maxConfigBytes = 2 * 2 ** 20;

/**
 * Reads a model from its repository's own files, all of them at the commit that `main` is at.
 * @throws HubError; the signal's reason
 */
export async function fetchModel(hub: HubClient, id: string, call: HubCall): Promise<HuggingFaceReading> {
  const info = await fetchInfo(hub, id, call);
  const paths = new Set(info.files.map(({ path }) => path));
  const read = (path: string): Promise<unknown> => fetchFile(hub, info, path, call);
  if (paths.has('config.json')) return readHuggingFaceModel({ ...info, config: await read('config.json') });
  if (paths.has('params.json')) return readHuggingFaceModel({ ...info, params: await read('params.json') });
  return readHuggingFaceModel(info);
}

/**
 * The commit that `main` of a repository is at.
 * @throws HubError; the signal's reason
 */
export async function fetchRevision(hub: HubClient, id: string, call: HubCall): Promise<string> {
  return (await fetchInfo(hub, id, call)).revision;
}

function fetchFile(hub: HubClient, { id, revision }: RepositoryInfo, path: string, call: HubCall): Promise<unknown> {
  return hub.json({ path: `/${id}/resolve/${revision}/${path}`, maxBytes: maxConfigBytes, ...call });
}

/** Hugging Face Hub API, `GET /api/models/{repo_id}`; `blobs` adds the sizes of files. */
async function fetchInfo(hub: HubClient, asked: string, call: HubCall): Promise<RepositoryInfo> {
  const path = `/api/models/${asked}`;
  const info = fieldsOf(await hub.json({ path: `${path}?blobs=true`, maxBytes: maxInfoBytes, ...call }));
  const { id, sha, siblings, gated, pipeline_tag: pipelineTag } = info;
  if (typeof id !== 'string' || !isModelId(id)) throw new HubError('unusable', `${path}: the answer has no id`);
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) {
    throw new HubError('unusable', `${path}: the answer has no commit`);
  }
  const files = Array.isArray(siblings) ? siblings.flatMap(fileOf) : [];
  return { id, revision: sha, files, gated, license: licenseOf(info), pipelineTag };
}

function fileOf(sibling: unknown): readonly HuggingFaceFile[] {
  const { rfilename, size } = fieldsOf(sibling);
  if (typeof rfilename !== 'string') return [];
  // A size that is none is refused later, and only where the file counts.
  return [{ path: rfilename, sizeBytes: typeof size === 'number' ? size : Number.NaN }];
}

/** `license: other` stands for a licence of its own name. */
function licenseOf({ cardData }: Readonly<Record<string, unknown>>): unknown {
  const { license, license_name: name } = fieldsOf(cardData);
  return license === 'other' && typeof name === 'string' ? name : license;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
