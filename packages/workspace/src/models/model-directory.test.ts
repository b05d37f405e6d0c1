import type { ModelLookup } from '@kaito/planner';
import type { Logger } from '@kaito/kube';
import { eventually, FakeClock } from '@kaito/testing';
import { hubCommit, HubStandIn, openRepository, type HubHandler } from './fixtures/hub-stand-in.ts';
import { ModelDirectory, type ModelDirectoryOptions } from './model-directory.ts';

const quietLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => quietLogger,
};

let hub: HubStandIn;
let clock: FakeClock;
let stop: AbortController;
let stopped: Promise<void>;
let logged: string[];
/** Names that listeners were told, in order. */
let told: string[];
let tokens: Record<string, string>;

beforeEach(async () => {
  hub = await HubStandIn.start();
  clock = new FakeClock();
  stop = new AbortController();
  stopped = Promise.resolve();
  logged = [];
  told = [];
  tokens = {};
});

afterEach(async () => {
  stop.abort();
  await stopped;
  await hub.close();
});

function note(message: string, meta?: object): void {
  logged.push(`${message} ${JSON.stringify(meta)}`);
}

function started(more: Partial<ModelDirectoryOptions> = {}): ModelDirectory {
  const directory = new ModelDirectory({
    endpoint: hub.endpoint,
    readToken: key => Promise.resolve(tokens[key]),
    clock,
    logger: { ...quietLogger, info: note, warn: note },
    random: () => 0.5,
    ...more,
  });
  directory.onChange(names => told.push(...names));
  stopped = directory.start(stop.signal);
  return directory;
}

/** The answer as soon as there is one. */
function answer(directory: ModelDirectory, name: string, secretKey?: string): Promise<ModelLookup> {
  return eventually(() => {
    const lookup = directory.lookup(name, secretKey);
    if (lookup.state === 'pending') throw new Error('pending');
    return lookup;
  });
}

async function problem(directory: ModelDirectory, name: string, secretKey?: string): Promise<string> {
  const lookup = await answer(directory, name, secretKey);
  return lookup.state === 'unknown' ? `${lookup.problem.code}: ${lookup.problem.message}` : lookup.state;
}

describe('catalogued models', () => {
  test('are known at once, under every name, without asking anybody', () => {
    const directory = started();
    expect(directory.lookup('PHI-4')).toMatchObject({ state: 'known', model: { id: 'microsoft/phi-4' } });
    expect(directory.lookup('falcon-7b')).toMatchObject({ state: 'known', model: { id: 'falcon-7b' } });
    expect(hub.seen).toEqual([]);
  });

  test('get the commit that they lack, asked for once', async () => {
    hub.handler = openRepository('Qwen/Qwen3.5-2B');
    const directory = started();
    expect(directory.lookup('qwen/qwen3.5-2b')).toEqual({ state: 'pending' });
    expect(await answer(directory, 'Qwen/Qwen3.5-2B')).toMatchObject({
      state: 'known',
      model: { revision: hubCommit, catalogued: true, weightsGiB: 4.24 },
    });
    await clock.advance(48 * 3_600_000);
    expect(directory.lookup('Qwen/Qwen3.5-2B').state).toBe('known');
    expect(hub.paths).toEqual(['/api/models/Qwen/Qwen3.5-2B?blobs=true']);
    expect(told).toEqual(['qwen/qwen3.5-2b']);
  });

  test('are served without a commit when nobody can say it', async () => {
    hub.handler = () => ({ status: 503 });
    const directory = started();
    const lookup = await answer(directory, 'Qwen/Qwen3.5-2B');
    expect(lookup).toMatchObject({ state: 'known', model: { id: 'Qwen/Qwen3.5-2B' } });
    expect(lookup).not.toHaveProperty('model.revision');
    expect(logged.join()).toContain('Serving a model without pinning its commit');
  });
});

describe('models on Hugging Face', () => {
  test('are read from their own files at one commit, with one look-up however many ask', async () => {
    hub.handler = openRepository('Acme/Tiny');
    const directory = started();
    const first = Array.from({ length: 20 }, () => directory.lookup('acme/tiny'));
    expect(first.every(({ state }) => state === 'pending')).toBe(true);
    expect(await answer(directory, 'ACME/TINY')).toMatchObject({
      state: 'known',
      model: { id: 'Acme/Tiny', revision: hubCommit, license: 'mit', weightsGiB: 2, contextLength: 8192 },
    });
    expect(hub.paths).toEqual(['/api/models/acme/tiny?blobs=true', `/Acme/Tiny/resolve/${hubCommit}/config.json`]);
    expect(told).toEqual(['acme/tiny']);
  });

  test('are asked for again after a day, and stay known while nobody answers', async () => {
    hub.handler = openRepository('acme/tiny');
    const directory = started();
    await answer(directory, 'acme/tiny');
    await clock.advance(24 * 3_600_000 - 1);
    directory.lookup('acme/tiny');
    expect(hub.seen).toHaveLength(2);
    hub.handler = () => ({ status: 500 });
    await clock.advance(1);
    expect(directory.lookup('acme/tiny').state).toBe('known');
    await eventually(() => expect(logged.join()).toContain('Cannot look a model up'));
    expect(hub.seen).toHaveLength(3);
    expect(directory.lookup('acme/tiny').state).toBe('known');
  });

  test('what their files have wrong is said as it is', async () => {
    hub.handler = openRepository('acme/tiny', {}, '{"architectures": ["LlamaForCausalLM"], "hidden_size": NaN}');
    expect(await problem(started(), 'acme/tiny')).toMatch(/^ModelFilesInvalid: .*config\.json has no hidden_size/);
  });

  test('a name that is none is refused at once, with near ones', () => {
    const lookup = started().lookup('phi-5');
    expect(lookup).toMatchObject({ state: 'unknown', problem: { code: 'PresetUnknown' } });
    expect(JSON.stringify(lookup)).toContain('phi-4');
    expect(hub.seen).toEqual([]);
  });

  test('nobody is asked where no endpoint is configured', () => {
    const directory = started({ endpoint: 'off' });
    expect(directory.lookup('acme/tiny')).toMatchObject({ state: 'unknown', problem: { code: 'ModelLookupFailed' } });
    expect(directory.lookup('Qwen/Qwen3.5-2B').state).toBe('known');
  });
});

/** A repository whose description is open and whose files are for those with the token. */
const gated: HubHandler = request => {
  const open = openRepository('acme/gated', { gated: 'manual' })(request);
  if (request.path.startsWith('/api/') || request.token === 'good-token') return open;
  return { status: request.token ? 403 : 401, headers: { 'x-error-code': 'GatedRepo' } };
};

describe('tokens', () => {
  test('a gated model says what to do, and is known with the token of whoever may', async () => {
    hub.handler = gated;
    tokens['team-a/hf'] = 'good-token';
    const directory = started();
    const page = `${hub.endpoint}/acme/gated`;
    expect(await problem(directory, 'acme/gated')).toBe(
      `ModelGated: inference.preset.name "acme/gated": it may be had only by those who accept its licence: accept it at ${page} ` +
        'and set inference.preset.presetOptions.modelAccessSecret to a Secret with your token under HF_TOKEN',
    );
    expect(await answer(directory, 'acme/gated', 'team-a/hf')).toMatchObject({
      state: 'known',
      model: { gated: true },
    });
  });

  test('what one token unlocked is not known to others', async () => {
    hub.handler = gated;
    tokens['team-a/hf'] = 'good-token';
    tokens['team-b/hf'] = 'other-token';
    const directory = started();
    await answer(directory, 'acme/gated', 'team-a/hf');
    expect(await problem(directory, 'acme/gated')).toMatch(/^ModelGated/);
    expect(await problem(directory, 'acme/gated', 'team-b/hf')).toMatch(/^ModelGated: .*token in Secret team-b\/hf/);
    expect(await problem(directory, 'acme/gated', 'team-c/hf')).toMatch(/^ModelAccessDenied: .*no token.*HF_TOKEN/);
  });

  test('a token is not shown where none is needed, and never logged', async () => {
    hub.handler = request => openRepository('acme/tiny')(request) ?? gated(request);
    tokens['team-a/hf'] = 'good-token';
    const directory = started();
    await answer(directory, 'acme/tiny', 'team-a/hf');
    expect(hub.seen.filter(({ token }) => token)).toEqual([]);
    await answer(directory, 'acme/gated', 'team-a/hf');
    expect(hub.seen.filter(({ token }) => token)).toHaveLength(2);
    expect(logged.join()).not.toContain('good-token');
  });

  test('a Secret with a better token is tried at once', async () => {
    hub.handler = gated;
    tokens['team-a/hf'] = 'old-token';
    const directory = started();
    expect(await problem(directory, 'acme/gated', 'team-a/hf')).toMatch(/^ModelGated/);
    tokens['team-a/hf'] = 'good-token';
    directory.secretChanged('team-a/hf');
    await eventually(() => expect(directory.lookup('acme/gated', 'team-a/hf').state).toBe('known'));
  });

  test('what is missing may be private: the token decides', async () => {
    hub.handler = request =>
      request.token === 'good-token'
        ? openRepository('acme/private')(request)
        : { status: 401, headers: { 'x-error-code': 'RepoNotFound' } };
    tokens['team-a/hf'] = 'good-token';
    tokens['team-b/hf'] = 'bad-token';
    const directory = started();
    expect(await problem(directory, 'acme/private')).toMatch(/^ModelNotFound: .*near: .*if it is private, set/);
    expect((await answer(directory, 'acme/private', 'team-a/hf')).state).toBe('known');
    expect(await problem(directory, 'acme/private', 'team-b/hf')).toMatch(
      /^ModelNotFound: .*team-b\/hf does not show it/,
    );
  });
});

describe('trouble', () => {
  test('a busy site is asked again, later each time, and said to be out of reach after a while', async () => {
    hub.handler = () => ({ status: 503 });
    const directory = started();
    directory.lookup('acme/tiny');
    await eventually(() => expect(clock.pending).toEqual([2_000]));
    expect(directory.lookup('acme/tiny').state).toBe('pending');
    await clock.advance(2_000);
    await eventually(() => expect(clock.pending).toEqual([4_000]));
    await clock.advance(4_000);
    await eventually(() => expect(clock.pending).toEqual([8_000]));
    expect(await problem(directory, 'acme/tiny')).toMatch(/^ModelLookupFailed: .*status 503.*asked again/);
    hub.handler = openRepository('acme/tiny');
    await clock.advance(8_000);
    await eventually(() => expect(directory.lookup('acme/tiny').state).toBe('known'));
    expect(told).toHaveLength(4);
  });

  test('a site that asks to be left alone is left alone', async () => {
    hub.handler = () => ({ status: 429, headers: { 'retry-after': '60' } });
    started().lookup('acme/tiny');
    await eventually(() => expect(clock.pending).toEqual([60_000]));
  });

  test('a site that says nothing is given up in time', async () => {
    hub.handler = () => ({ silent: true });
    started({ timeoutMs: 50 }).lookup('acme/tiny');
    await eventually(() => expect(logged.join()).toContain('no answer in time'));
  });

  test('a refusal is asked about again after ten minutes, and forgotten when nobody wants to know any more', async () => {
    const directory = started();
    expect(await problem(directory, 'acme/none')).toMatch(/^ModelNotFound/);
    await clock.advance(10 * 60_000);
    await eventually(() => expect(hub.seen).toHaveLength(2));
    await eventually(() => expect(clock.pending).toEqual([600_000]));
    await clock.advance(10 * 60_000);
    expect([hub.seen.length, clock.pending]).toEqual([2, []]);
  });

  test('remembers no more than it is told to', async () => {
    const directory = started({ limit: 2 });
    for (const name of ['acme/one', 'acme/two', 'acme/three']) await problem(directory, name);
    expect(clock.pending).toHaveLength(2);
    expect(directory.lookup('acme/one').state).toBe('pending');
  });

  test('stops in the middle of a request, and leaves no timer', async () => {
    hub.handler = ({ path }) => (path.includes('slow') ? { silent: true } : undefined);
    const directory = started();
    await problem(directory, 'acme/none');
    directory.lookup('acme/slow');
    await eventually(() => expect(hub.seen).toHaveLength(2));
    stop.abort();
    await stopped;
    expect(clock.pending).toEqual([]);
  });
});
