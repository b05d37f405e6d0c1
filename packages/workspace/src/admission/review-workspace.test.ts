import type { Workspace } from '@kaito/crds';
import type { Model, Problem } from '@kaito/planner';
import { aWorkspace, aWorkspaceV1alpha1 } from '@kaito/testing';
import { assert, property, string } from 'fast-check';
import type { ObservedConfig } from '../observed.ts';
import type { ReviewFacts } from './facts.ts';
import { reviewWorkspace, type WorkspaceReview } from './review-workspace.ts';
import { maxMessage } from './words.ts';

const facts: ReviewFacts = {
  check: () => [],
  mode: 'auto',
  skus: [],
  model: () => undefined,
  config: () => ({ state: 'none' }),
  nodes: () => [],
};

const kind = (version: string) => ({ group: 'kaito.sh', version, kind: 'Workspace' });

function created(object: Workspace, version = 'v1beta1'): WorkspaceReview {
  return { kind: kind(version), operation: 'CREATE', namespace: 'default', object, oldObject: null };
}

function updated(oldObject: Workspace, object: Workspace): WorkspaceReview {
  return { kind: kind('v1beta1'), operation: 'UPDATE', namespace: 'default', object, oldObject };
}

const problem = (message: string, code: Problem['code'] = 'PresetUnknown'): Problem => ({
  code,
  field: 'inference.preset.name',
  message,
});

/** Facts under which the planner finds these problems. */
const finding = (...problems: readonly Problem[]): ReviewFacts => ({ ...facts, check: () => problems });

const pending: ReviewFacts = { ...facts, model: () => ({ state: 'pending' }) };

const withAnnotations = (annotations: Record<string, string>) => aWorkspace({ metadata: { annotations } });

const tuning = (more: object): Workspace => {
  const { inference: _, ...workspace } = aWorkspace();
  const input = { urls: ['https://example.com/data.parquet'] };
  const preset = { name: 'phi-3-mini-4k-instruct' };
  return { ...workspace, tuning: { preset, method: 'QLoRA', input, output: {}, ...more } };
};

const read = (text: string): ObservedConfig => ({ state: 'read', name: 'settings', text, hash: '' });

describe('what is refused', () => {
  test('nothing, when nothing is wrong', () => {
    expect(reviewWorkspace(created(aWorkspace()), facts)).toEqual({ allowed: true });
  });

  test('one problem, in its own words and with its field', () => {
    const answer = reviewWorkspace(created(aWorkspace()), finding(problem('no such model')));
    expect(answer).toEqual({
      allowed: false,
      message: 'no such model',
      causes: [{ reason: 'FieldValueInvalid', field: 'inference.preset.name', message: 'no such model' }],
    });
  });

  test('a field that the problem begins with is not said twice beside it', () => {
    const found = finding(problem('inference.preset.name "phi-5" is not known'));
    const { message, causes } = reviewWorkspace(created(aWorkspace()), found);
    expect(message).toBe('inference.preset.name "phi-5" is not known');
    expect(causes).toMatchObject([{ field: 'inference.preset.name', message: '"phi-5" is not known' }]);
  });

  test('all problems at once, each of them once', () => {
    const found = finding(problem('first'), problem('second'), problem('first'));
    const answer = reviewWorkspace(created(aWorkspace()), found);
    expect(answer.message).toBe('2 problems: (1) first; (2) second');
    expect(answer.causes).toHaveLength(2);
  });

  test('the planner gets what there is: model, config, nodes, and that there is no config', () => {
    const seen: unknown[] = [];
    const check: ReviewFacts['check'] = input => {
      seen.push(input);
      return [];
    };
    const node = { name: 'a', labels: {}, ready: true, allocatable: {} };
    const brought: ReviewFacts = { ...pending, check, mode: 'brought', nodes: () => [node] };
    reviewWorkspace(created(aWorkspace()), { ...brought, config: () => read('vllm: {}') });
    reviewWorkspace(created(aWorkspace()), { ...facts, check });
    expect(seen).toMatchObject([
      { model: { state: 'pending' }, provisioning: { mode: 'brought', nodes: [node] }, config: 'vllm: {}' },
      { provisioning: { mode: 'auto' }, config: undefined },
    ]);
  });

  test.each<[what: string, config: ObservedConfig, message: string]>([
    [
      'a ConfigMap that is not there',
      { state: 'missing', name: 'settings' },
      'inference.config names the ConfigMap "settings", which is not in namespace "default": create it first',
    ],
    [
      'a ConfigMap without the key',
      { state: 'empty', name: 'settings', key: 'inference_config.yaml' },
      'inference.config names the ConfigMap "settings" of namespace "default", which has no key inference_config.yaml: add it',
    ],
  ])('%s', (_what, config, message) => {
    const answer = reviewWorkspace(created(aWorkspace()), { ...facts, config: () => config });
    expect(answer).toMatchObject({ allowed: false, message });
  });

  test('a training that is configured for the other method', () => {
    const configured: ReviewFacts = { ...facts, config: () => read('training_config: { LoraConfig: {} }') };
    const answer = reviewWorkspace(created(tuning({})), configured);
    expect(answer.message).toContain('set QuantizationConfig.load_in_4bit or load_in_8bit to true');
    expect(reviewWorkspace(created(tuning({ method: 'lora' })), configured).allowed).toBe(true);
  });

  test('training data from inside the cluster', () => {
    const urls = ['https://example.com/a', 'http://169.254.169.254/latest/meta-data'];
    const answer = reviewWorkspace(created(tuning({ input: { urls } })), facts);
    expect(answer.message).toContain('tuning.input.urls[1] "http://169.254.169.254/latest/meta-data" leads to');
  });

  test('a node class that the installation does not have, where it has any', () => {
    const workspace = withAnnotations({ 'kaito.sh/node-class-name': 'ubunto' });
    const answer = reviewWorkspace(created(workspace), { ...facts, nodeClasses: ['ubuntu', 'azurelinux'] });
    expect(answer.message).toBe(
      'metadata.annotations[kaito.sh/node-class-name] "ubunto" is not a node class of this installation: use ubuntu, azurelinux',
    );
    expect(reviewWorkspace(created(workspace), facts).allowed).toBe(true);
  });
});

describe('how long an answer is', () => {
  test('a long list is cut after whole problems, and says how many more there are', () => {
    const many = Array.from({ length: 100 }, (_, index) => problem(`problem ${index} ${'x'.repeat(100)}`));
    const { message = '', causes } = reviewWorkspace(created(aWorkspace()), finding(...many));
    expect(message.length).toBeLessThanOrEqual(maxMessage);
    const [, shown = '', more = ''] = /\((\d+)\) problem \d+ x{100}; … and (\d+) more$/.exec(message) ?? [];
    expect(Number(shown) + Number(more)).toBe(100);
    expect(causes).toHaveLength(20);
  });

  test('what a user wrote at length is cut, and cannot steer a terminal', () => {
    const long = problem(`bad \u001B[2J\n${'y'.repeat(5000)}`);
    const { message = '' } = reviewWorkspace(created(aWorkspace()), finding(long));
    expect(message.length).toBeLessThanOrEqual(512);
    expect(message.startsWith('bad [2J yyy')).toBe(true);
  });

  test('warnings are few and short', () => {
    const keys = Array.from({ length: 30 }, (_, index) => [`kaito.sh/odd-${index}-${'z'.repeat(300)}`, ''] as const);
    const { warnings = [] } = reviewWorkspace(created(withAnnotations(Object.fromEntries(keys))), facts);
    expect(warnings).toHaveLength(10);
    expect(warnings.every(({ length }) => length <= 250)).toBe(true);
  });
});

const onlyGood: ReviewFacts = {
  ...facts,
  check: ({ workspace }) => {
    const name = workspace.inference?.preset?.name ?? '';
    return name === 'good' ? [] : [problem(`no model ${name}`)];
  },
};
const preset = (name: string) => aWorkspace({ inference: { preset: { name } } });

describe('a change', () => {
  test('is refused for what it makes wrong', () => {
    expect(reviewWorkspace(updated(preset('good'), preset('bad')), onlyGood).message).toBe('no model bad');
    expect(reviewWorkspace(updated(preset('odd'), preset('bad')), onlyGood).message).toBe('no model bad');
  });

  test('is let through with what was wrong before, which it is told again', () => {
    const after = { ...preset('bad'), metadata: { ...preset('bad').metadata, labels: { team: 'a' } } };
    expect(reviewWorkspace(updated(preset('bad'), after), onlyGood)).toEqual({
      allowed: true,
      warnings: ['will not run: no model bad'],
    });
  });

  test('is let through when it repairs', () => {
    expect(reviewWorkspace(updated(preset('bad'), preset('good')), onlyGood)).toEqual({ allowed: true });
  });

  test('is let through on the way out, whatever is wrong', () => {
    const leaving = aWorkspace({
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
      inference: { preset: { name: 'bad' } },
    });
    expect(reviewWorkspace(updated(preset('good'), leaving), onlyGood)).toEqual({ allowed: true });
    const deletion: WorkspaceReview = { ...created(preset('bad')), operation: 'DELETE', object: null };
    expect(reviewWorkspace(deletion, onlyGood)).toEqual({ allowed: true });
  });
});

describe('v1alpha1', () => {
  test.each<[what: string, problem: Problem]>([
    ['an annotation', { ...problem('odd', 'AnnotationInvalid'), field: 'metadata.annotations[kaito.sh/runtime]' }],
    ['an instance type where no nodes are made', problem('odd', 'InstanceTypeNotAllowed')],
  ])('a rule on %s is one that it never had, and so a warning', (_what, odd) => {
    const old = reviewWorkspace(created(aWorkspaceV1alpha1(), 'v1alpha1'), finding(odd));
    expect(old).toEqual({ allowed: true, warnings: ['will not run: odd'] });
    expect(reviewWorkspace(created(aWorkspace()), finding(odd)).allowed).toBe(false);
  });

  test.each<Problem['code']>(['InstanceTypeUnknown', 'GpuMemoryTooSmall', 'ImageRequired', 'DataUrlRefused'])(
    '%s is refused in both versions',
    code => {
      for (const version of ['v1alpha1', 'v1beta1'])
        expect(reviewWorkspace(created(aWorkspace(), version), finding(problem('odd', code))).allowed).toBe(false);
    },
  );
});

describe('what is worth a warning', () => {
  const model: Model = {
    id: 'microsoft/phi-2',
    servedName: 'phi-2',
    aliases: ['phi-2'],
    gated: false,
    architecture: 'PhiForCausalLM',
    weightsGiB: 5.2,
    contextLength: 2048,
    vllm: { dtype: 'auto', format: 'auto' },
    trustRemoteCode: false,
    catalogued: true,
    source: 'a test',
  };
  const knows = (more: Partial<Model>): ReviewFacts => ({
    ...facts,
    model: () => ({ state: 'known', model: { ...model, ...more } }),
  });
  const selector = { apps: 'a', 'kaito.sh/workspace': 'x' };

  test.each<[what: string, workspace: Workspace, facts: ReviewFacts, warning: string]>([
    [
      'reserved labels beside others',
      aWorkspace({ resource: { labelSelector: { matchLabels: selector } } }),
      facts,
      'resource.labelSelector: kaito.sh/workspace has no effect: Kaito sets it itself',
    ],
    [
      'a deprecated model',
      aWorkspace(),
      knows({ revision: 'abc', deprecated: 'use phi-4' }),
      'inference.preset.name: microsoft/phi-2 is deprecated: use phi-4',
    ],
    [
      'weights that are not pinned',
      aWorkspace(),
      knows({}),
      'the weights of microsoft/phi-2 are not pinned to a commit: pods take what is newest when they start',
    ],
    [
      'a model that nobody knows yet',
      aWorkspace(),
      pending,
      'the model is being looked up at Hugging Face; whether it fits is told in status.conditions',
    ],
    [
      'checks that are bypassed',
      withAnnotations({ 'kaito.sh/bypass-resource-checks': '' }),
      facts,
      'kaito.sh/bypass-resource-checks is set: a model that does not fit is let through and may fail on nodes that are paid for',
    ],
    [
      'a typing mistake in an annotation',
      withAnnotations({ 'kaito.sh/enable-lb': 'True', 'example.com/other': '', 'kaito.sh/runtime': 'vllm' }),
      facts,
      'the annotation kaito.sh/enable-lb is not known and has no effect; the nearest is kaito.sh/enablelb',
    ],
    [
      'a load balancer in small letters',
      withAnnotations({ 'kaito.sh/enablelb': 'true' }),
      facts,
      'kaito.sh/enablelb: "true" has no effect: write "True", with a capital letter, for a load balancer',
    ],
    [
      'preferred nodes where users bring all of them',
      aWorkspace({ resource: { preferredNodes: ['a'] } }),
      { ...facts, mode: 'brought' },
      'resource.preferredNodes has no effect here: users bring the nodes, and labelSelector decides',
    ],
    [
      'a deadline after which nothing follows',
      aWorkspace({ resource: { deadline: '20m' } }),
      facts,
      'resource.deadline has no effect: no further size of resource.alternatives follows',
    ],
    [
      'a deadline of the last size',
      aWorkspace({
        resource: { deadline: '20m', alternatives: [{ instanceType: 'Standard_NC12s_v3', deadline: '5m' }] },
      }),
      facts,
      'resource.alternatives[0].deadline has no effect: no further size of resource.alternatives follows',
    ],
  ])('%s', (_what, workspace, around, warning) => {
    expect(reviewWorkspace(created(workspace), around)).toEqual({ allowed: true, warnings: [warning] });
  });

  test('weights that are pinned, or inside an image, are not', () => {
    const presetImage = { repository: 'a', tag: '1', gpuCount: 1, gpuMemoryGiB: 9, diskGiB: 50 };
    const launcher = { program: 'a', flags: {} };
    const { vllm: _, ...rest } = model;
    const inImage: Model = { ...rest, presetImage: { ...presetImage, launcher, server: launcher, pods: 1 } };
    expect(reviewWorkspace(created(aWorkspace()), knows({ revision: 'abc' }))).toEqual({ allowed: true });
    const lookup = () => ({ state: 'known', model: inImage }) as const;
    expect(reviewWorkspace(created(aWorkspace()), { ...facts, model: lookup })).toEqual({ allowed: true });
  });
});

test('answers the same to the same question, and changes nothing of it', () => {
  const found = finding(problem('a'), problem('b'));
  const review = created(withAnnotations({ 'kaito.sh/enablelb': 'true' }));
  const before = structuredClone(review);
  expect(reviewWorkspace(review, found)).toEqual(reviewWorkspace(review, found));
  expect(review).toEqual(before);
});

test('takes annotations of any name and value', () => {
  assert(
    property(string(), string(), (key, value) => {
      const workspace = withAnnotations({ [`kaito.sh/${key}`]: value });
      expect(reviewWorkspace(created(workspace), facts).allowed).toBe(true);
    }),
  );
});
