import type { Workspace } from '@kaito/crds';
import {
  anything,
  array,
  assert,
  constantFrom,
  dictionary,
  double,
  integer,
  oneof,
  option,
  property,
  record,
  string,
  type Arbitrary,
} from 'fast-check';
import { kaitoEstimate } from '../fit/kaito-estimate.ts';
import { catalogue } from '../models/catalogue.ts';
import { kvBytesPerToken } from '../models/model-needs.ts';
import { azureGpuSkus } from '../skus/azure-gpu-skus.ts';
import { skusOf } from '../skus/clouds.ts';
import { findSku, hasGpus } from '../skus/sku.ts';
import { plan } from './make-plan.ts';
import type { BroughtNode, PlanInput } from './plan-input.ts';
import { inputOf, serving } from './plan-inputs.test-data.ts';

const text = oneof(
  string({ unit: 'binary-ascii', maxLength: 80 }),
  constantFrom('', 'vllm', 'true', '20m', '1g.10gb', '😀', '\uD800', '__proto__'),
);
const preset = oneof(text, constantFrom(...catalogue.map(({ id }) => id)));
const instanceType = oneof(text, constantFrom(...skusOf('azure').map(({ name }) => name)));
const count = oneof(integer(), double(), integer({ min: 1, max: 9 }));
const keys = constantFrom('kaito.sh/runtime', 'kaito.sh/bypass-resource-checks', 'kaito.sh/use-local-weights', 'a');
const map = dictionary(oneof(text, keys), text, { maxKeys: 3 });

const source = record({ name: text, image: text, volumeSource: dictionary(text, anything()) }, { requiredKeys: [] });
const adapters = array(record({ source, strength: text }, { requiredKeys: [] }), { maxLength: 12 });
const resource = record(
  {
    instanceType,
    count,
    deadline: text,
    labelSelector: record({ matchLabels: map }, { requiredKeys: [] }),
    alternatives: array(record({ instanceType }), { maxLength: 3 }),
    partition: record({ mode: constantFrom('mig' as const, 'accelerator' as const), profile: text, count }),
  },
  { requiredKeys: ['labelSelector'] },
);
const inference = record(
  {
    preset: record({ name: preset, presetOptions: record({ image: text, modelAccessSecret: text }) }),
    template: dictionary(string(), anything()),
    config: text,
    adapters,
  },
  { requiredKeys: [] },
);
const tuning = record({ preset: record({ name: preset }), method: text, input: record({}), output: record({}) });
const metadata = record({ name: text, namespace: text, annotations: map, labels: map });
const workspaces: Arbitrary<Workspace> = record(
  { metadata, resource, inference, tuning },
  { requiredKeys: ['metadata'] },
);
const node: Arbitrary<BroughtNode> = record({
  name: text,
  ready: constantFrom(true),
  labels: record({
    'nvidia.com/gpu.product': text,
    'nvidia.com/gpu.count': oneof(text, constantFrom('1', '8', '0')),
    'nvidia.com/gpu.memory': oneof(text, constantFrom('81920', '1')),
  }),
  allocatable: oneof(map, record({ cpu: oneof(text, constantFrom('2')), memory: oneof(text, constantFrom('8Gi')) })),
});
const surroundings = record({
  provisioning: oneof(
    constantFrom<PlanInput['provisioning']>({ mode: 'auto' }),
    record({ mode: constantFrom('brought' as const), nodes: array(node, { maxLength: 2 }) }),
  ),
  config: option(string({ unit: 'binary-ascii' }), { nil: undefined }),
  rung: oneof(integer(), double()),
  features: constantFrom({ mig: true, accelerator: true }),
});

/** Every model on every size, and on the size that is left open. */
const everywhere = catalogue.flatMap(({ id }) =>
  [undefined, ...skusOf('azure')].map(sku => inputOf(serving(id, sku ? { instanceType: sku.name } : {}))),
);

/** The plans that are made everywhere with the server that is asked for. */
const served = everywhere.flatMap(input => {
  const result = plan(input);
  return result.ok && result.plan.job === 'inference' ? [result.plan] : [];
});

describe('plan', () => {
  it('answers whatever it is asked, with a reason where it refuses', () => {
    const isAnswered = property(workspaces, surroundings, (workspace, more) => {
      const result = plan(inputOf(workspace, more));
      if (result.ok) return Number.isInteger(result.plan.nodes.count) && result.plan.nodes.count >= 1;
      return (
        result.problems.length > 0 && result.problems.every(({ message, field }) => message !== '' && field !== '')
      );
    });
    expect(() => assert(isAnswered, { numRuns: 500 })).not.toThrow();
  });

  it('gives the same bytes for the same input', () => {
    const isSame = property(workspaces, surroundings, (workspace, more) => {
      const input = inputOf(workspace, more);
      return JSON.stringify(plan(input)) === JSON.stringify(plan(structuredClone(input)));
    });
    expect(() => assert(isSame)).not.toThrow();
  });

  it('never serves a context that its own numbers do not hold', () => {
    for (const { server } of served) {
      expect(server.memory?.kvCacheTokens ?? server.contextLength).toBeGreaterThanOrEqual(server.contextLength);
      expect(server.contextLength).toBeGreaterThanOrEqual(2048);
    }
  });

  it('gives every GPU of a vLLM server something to do', () => {
    for (const { server } of served.filter(({ server: { runtime } }) => runtime === 'vllm')) {
      const { tensor, pipeline, data } = server.parallelism;
      expect(tensor * pipeline * data).toBe(server.gpusPerPod * server.podsPerCopy);
    }
  });

  it('never serves from GPUs what needs none, nor anything else without them', () => {
    const isAsMeant = property(workspaces, surroundings, (workspace, more) => {
      const input = inputOf(workspace, more);
      const result = plan(input);
      if (!result.ok || result.plan.job !== 'inference') return true;
      const { nodes, server } = result.plan;
      const onCpus = input.model?.state === 'known' && input.model.model.cpuServer !== undefined;
      const sku = findSku(input.skus, nodes.instanceType);
      const isOfKind = sku === undefined || input.provisioning.mode === 'brought' || hasGpus(sku) !== onCpus;
      const asksFor = onCpus ? nodes.gpus === 0 && server.gpusPerPod === 0 && server.cpu : server.gpusPerPod > 0;
      return isOfKind && Boolean(asksFor) && (server.runtime === 'cpu') === onCpus;
    });
    expect(() => assert(isAsMeant, { numRuns: 500 })).not.toThrow();
    const kinds = served.map(({ nodes, server }) => [nodes.gpus > 0, server.gpusPerPod > 0, server.runtime !== 'cpu']);
    expect(kinds.filter(([first, ...others]) => others.some(other => other !== first))).toEqual([]);
  });

  it('picks a size for every model that has one', () => {
    const left = catalogue.filter(({ id }) => !id.startsWith('llama-2-')).map(({ id }) => plan(inputOf(serving(id))));
    expect(left.filter(({ ok }) => !ok)).toEqual([]);
  });

  // Beyond a few nodes ours counts that layers cannot be dealt out evenly; KAITO does not.
  it('takes no more nodes than KAITO does, as long as those are few', () => {
    for (const { id, shape, weightsGiB, vllm } of catalogue) {
      if (!shape || !vllm) continue;
      for (const sku of azureGpuSkus) {
        const theirs = kaitoEstimate({ ...sku, weightsGiB, kvBytesPerToken: kvBytesPerToken(shape) });
        const result = plan(inputOf(serving(id, { instanceType: sku.name })));
        if (
          !theirs ||
          theirs > 3 ||
          !result.ok ||
          result.plan.job !== 'inference' ||
          result.plan.server.runtime !== 'vllm'
        )
          continue;
        expect([id, sku.name, result.plan.nodes.count <= theirs]).toEqual([id, sku.name, true]);
      }
    }
  });

  it('takes less than 5 ms at the 99th percentile, over every model and size', () => {
    // The best of three: what a plan costs, without what else the machine does.
    const times = everywhere.map(input => Math.min(timeOf(input), timeOf(input), timeOf(input)));
    const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
    process.stdout.write(`plan(): p99 ${p99.toFixed(3)} ms over ${times.length} plans\n`);
    expect(p99).toBeLessThan(5);
  });
});

function timeOf(input: PlanInput): number {
  const start = performance.now();
  plan(input);
  return performance.now() - start;
}
