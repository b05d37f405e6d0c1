import * as fc from 'fast-check';
import type { Model } from '../model.ts';
import type { Problem } from '../../problem.ts';
import { kvBytesPerToken } from '../model-needs.ts';
import { readHuggingFaceModel, type HuggingFaceFiles } from './read-model.ts';

const gib = 2 ** 30;

const llama = {
  architectures: ['LlamaForCausalLM'],
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 131_072,
};

function files(more: Partial<HuggingFaceFiles> = {}): HuggingFaceFiles {
  return {
    id: 'acme/Llama-Tiny',
    revision: '0123456789abcdef0123456789abcdef01234567',
    files: [{ path: 'model.safetensors', sizeBytes: 3 * gib }],
    config: llama,
    ...more,
  };
}

function modelOf(more: Partial<HuggingFaceFiles>): Model {
  const reading = readHuggingFaceModel(files(more));
  if ('problem' in reading) throw new Error(reading.problem.message);
  return reading.model;
}

function problemOf(more: Partial<HuggingFaceFiles>): Problem {
  const reading = readHuggingFaceModel(files(more));
  if ('model' in reading) throw new Error('expected a problem');
  return reading.problem;
}

const sizes = (paths: Readonly<Record<string, number>>): HuggingFaceFiles['files'] =>
  Object.entries(paths).map(([path, size]) => ({ path, sizeBytes: size * gib }));

describe('readHuggingFaceModel', () => {
  test('makes a model of a repository', () => {
    expect(modelOf({ license: 'mit', pipelineTag: 'text-generation', gated: false })).toEqual({
      id: 'acme/Llama-Tiny',
      servedName: 'llama-tiny',
      aliases: [],
      revision: '0123456789abcdef0123456789abcdef01234567',
      license: 'mit',
      pipelineTag: 'text-generation',
      gated: false,
      architecture: 'LlamaForCausalLM',
      weightsGiB: 3,
      contextLength: 131_072,
      shape: {
        layers: 32,
        hiddenSize: 4096,
        attentionHeads: 32,
        attention: { kind: 'heads', kvHeads: 8, headDim: 128 },
        kvValueBytes: 2,
      },
      vllm: { dtype: 'bfloat16', format: 'auto', toolCallParser: 'llama3_json' },
      trustRemoteCode: false,
      catalogued: false,
      source: 'the files of acme/Llama-Tiny on Hugging Face at 0123456789abcdef0123456789abcdef01234567',
    });
  });

  test('never lets code of the repository run, whatever its configuration asks for', () => {
    expect(modelOf({ config: { ...llama, auto_map: { AutoModel: 'x.y' } } }).trustRemoteCode).toBe(false);
  });

  test.each([['auto'], ['manual'], [true]])('gated: %s', gated => {
    expect(modelOf({ gated }).gated).toBe(true);
  });
});

describe('weights', () => {
  test.each([
    ['shards', { 'model-00001-of-00002.safetensors': 4, 'model-00002-of-00002.safetensors': 2 }, 6],
    ['safetensors before bin', { 'model.safetensors': 4, 'pytorch_model.bin': 4 }, 4],
    ['bin alone, without the state of a training', { 'pytorch_model.bin': 5, 'training_args.bin': 1 }, 5],
    ['no copies in folders', { 'model.safetensors': 4, 'original/model.safetensors': 4, 'metal/model.bin': 4 }, 4],
    [
      'shards of an index, without the copy beside them',
      { 'model.safetensors.index.json': 0, 'model-00001-of-00001.safetensors': 4, 'model.safetensors': 4 },
      4,
    ],
    ['no adapter beside a model', { 'model.safetensors': 4, 'adapter_model.safetensors': 1 }, 4],
  ])('%s', (_, paths, expected) => {
    expect(modelOf({ files: sizes(paths) }).weightsGiB).toBe(expected);
  });

  test("Mistral's own format counts alone and sets format and tokenizer", () => {
    const model = modelOf({
      files: sizes({ 'consolidated.safetensors': 7, 'model-00001-of-00001.safetensors': 8 }),
    });
    expect([model.weightsGiB, model.vllm?.format, model.vllm?.tokenizerMode]).toEqual([7, 'mistral', 'mistral']);
  });

  test.each([
    ['none', [], /no \.safetensors and no \.bin/],
    ['an adapter', sizes({ 'adapter_model.safetensors': 1 }), /inference\.adapters/],
    ['GGUF', sizes({ 'model.Q4_K_M.gguf': 1 }), /GGUF/],
    ['in a folder', sizes({ 'unet/model.safetensors': 1 }), /"unet\/model\.safetensors"/],
    ['empty', sizes({ 'model.safetensors': 0 }), /0 bytes/],
    ['negative', [{ path: 'model.safetensors', sizeBytes: -1 }], /"model\.safetensors" is -1/],
    ['not a number', [{ path: 'model.safetensors', sizeBytes: Number.NaN }], /NaN/],
    ['absurd', sizes({ 'model.safetensors': 2 ** 20 }), /can be planned/],
  ])('%s: refused with the reason', (_, list, message) => {
    const problem = problemOf({ files: list });
    expect(problem).toMatchObject({ code: 'ModelFilesInvalid', field: 'inference.preset.name' });
    expect(problem.message).toMatch(message);
    expect(problem.message).toContain('"acme/Llama-Tiny"');
  });
});

describe('configuration', () => {
  test.each([
    ['GPT-2 names', { n_embd: 768, n_layer: 12, n_head: 12, n_ctx: 1024 }, 12 * 2 * 12 * 64 * 2, 1024],
    [
      'Falcon: one head for all',
      { hidden_size: 4544, num_hidden_layers: 32, num_attention_heads: 71, multi_query: true },
      32 * 2 * 64 * 2,
      2048,
    ],
    ['MLA', { ...llama, kv_lora_rank: 512, qk_rope_head_dim: 64 }, 32 * 576 * 2, 131_072],
    ['an explicit head', { ...llama, head_dim: 256 }, 32 * 2 * 8 * 256 * 2, 131_072],
    ['numbers as text', { ...llama, num_hidden_layers: '16' }, 16 * 2 * 8 * 128 * 2, 131_072],
    [
      'layers by kind',
      { ...llama, num_hidden_layers: null, layers_block_type: ['mamba', 'attention'] },
      2 * 2 * 8 * 128 * 2,
      131_072,
    ],
    ['null is absent', { ...llama, kv_lora_rank: null, max_position_embeddings: null, n_ctx: 4096 }, 131_072, 4096],
    [
      'a cache of 8 bits',
      { ...llama, quantization_config: { quant_method: 'modelopt', kv_cache_quant_algo: 'FP8' } },
      65_536,
      131_072,
    ],
  ])('%s', (_, config, kvBytes, context) => {
    const model = modelOf({ config: { architectures: ['LlamaForCausalLM'], ...config } });
    expect([model.shape && kvBytesPerToken(model.shape), model.contextLength]).toEqual([kvBytes, context]);
  });

  test.each(['text_config', 'llm_config'])('a nested %s counts where the top has nothing', nested => {
    const config = { architectures: ['Gemma3ForConditionalGeneration'], hidden_size: 2048, [nested]: llama };
    expect(modelOf({ config }).shape).toMatchObject({ hiddenSize: 2048, layers: 32 });
    expect(modelOf({ config }).architecture).toBe('Gemma3ForConditionalGeneration');
  });

  test.each([
    [{ quant_method: 'awq', bits: 4 }, 'awq'],
    [{ quant_method: 'compressed-tensors', format: 'pack-quantized' }, 'pack-quantized'],
    [{ quant_method: 'modelopt', quant_algo: 'NVFP4' }, 'NVFP4'],
  ])('quantised: %j', (quantization, name) => {
    const model = modelOf({ config: { ...llama, quantization_config: quantization } });
    expect([model.quantization, model.vllm?.dtype]).toEqual([name, 'auto']);
  });

  test("params.json stands in for config.json in Mistral's format only", () => {
    const params = { dim: 4096, n_layers: 32, n_heads: 32, n_kv_heads: 8, head_dim: 128, max_seq_len: 32_768 };
    const mistral = { files: sizes({ 'consolidated.safetensors': 13 }), config: undefined, params };
    expect(modelOf(mistral)).toMatchObject({ architecture: 'MistralForCausalLM', contextLength: 32_768 });
    expect(modelOf({ ...mistral, id: 'mistralai/Mistral-Large-3-X' }).architecture).toBe('MistralLarge3ForCausalLM');
    expect(problemOf({ config: undefined, params }).message).toContain('no config.json');
  });

  test.each([
    ['not an object', 'hello', /config\.json must hold an object, not "hello"/],
    ['a list', [], /must hold an object, not a list/],
    ['no layers', { ...llama, num_hidden_layers: undefined }, /no num_hidden_layers, n_layer, n_layers/],
    ['NaN', { ...llama, hidden_size: Number.NaN }, /hidden_size NaN/],
    ['negative', { ...llama, num_attention_heads: -1 }, /num_attention_heads -1/],
    ['a fraction', { ...llama, num_hidden_layers: 1.5 }, /num_hidden_layers 1\.5/],
    ['zero', { ...llama, num_key_value_heads: 0 }, /num_key_value_heads 0/],
    ['endless', { ...llama, max_position_embeddings: 1e30 }, /max_position_embeddings 1e\+30/],
    ['a list of heads', { ...llama, num_attention_heads: [12, 16] }, /num_attention_heads a list/],
    ['more key-value heads', { ...llama, num_key_value_heads: 64 }, /64 key-value heads and only 32/],
    ['heads without room', { ...llama, hidden_size: 16 }, /hidden size of only 16/],
    ['no architecture', { ...llama, architectures: [] }, /no architectures/],
  ])('%s: refused, naming file and field', (_, config, message) => {
    const problem = problemOf({ config });
    expect(problem.code).toBe('ModelFilesInvalid');
    expect(problem.message).toMatch(message);
  });

  test('an architecture that vLLM does not serve is refused by its name', () => {
    const problem = problemOf({ config: { ...llama, architectures: ['FluxTransformer2DModel'] } });
    expect(problem.code).toBe('ModelArchitectureNotSupported');
    expect(problem.message).toContain('"FluxTransformer2DModel"');
  });

  test.each([
    [{ id: 'acme/$(reboot)' }, /not an id/],
    [{ revision: 'main; reboot' }, /not a commit/],
  ])('%j is refused: it would be on a command line', (more, message) => {
    expect(problemOf(more).message).toMatch(message);
  });
});

function isPlain(message: string): boolean {
  return message.length < 400 && !message.includes('\n');
}

function isPlannable({ shape, weightsGiB, contextLength }: Model): boolean {
  const numbers = [shape ? kvBytesPerToken(shape) : 0, weightsGiB, contextLength];
  return numbers.every(number => Number.isFinite(number) && number > 0);
}

describe('hostile input', () => {
  const value = fc.oneof(
    fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 0, 0.5, 2 ** 53, 1e308, null, true, '', '12', 'x'.repeat(500)),
    fc.nat(),
    fc.anything(),
  );
  const anyConfig = fc.oneof(
    fc.anything(),
    fc.record(
      {
        architectures: fc.oneof(fc.constant(['LlamaForCausalLM']), value),
        hidden_size: value,
        num_hidden_layers: value,
        num_attention_heads: value,
        num_key_value_heads: value,
        head_dim: value,
        kv_lora_rank: value,
        max_position_embeddings: value,
        quantization_config: fc.anything(),
        text_config: fc.anything(),
        layers_block_type: fc.anything(),
      },
      { requiredKeys: [] },
    ),
  );
  const anyFile = fc.record({
    path: fc.oneof(fc.constantFrom('model.safetensors', 'consolidated.safetensors', 'a/b.bin'), fc.string()),
    sizeBytes: fc.oneof(fc.double(), fc.constantFrom(-1, 0, 1.5, 2 ** 53, 10 * gib)),
  });

  test('gives a model whose numbers can be planned with, or one problem; never an exception', () => {
    fc.assert(
      fc.property(anyConfig, fc.array(anyFile, { maxLength: 5 }), (config, more) => {
        const reading = readHuggingFaceModel(files({ config, files: [...more, ...files().files] }));
        expect('problem' in reading ? isPlain(reading.problem.message) : isPlannable(reading.model)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a hostile prototype changes nothing', () => {
    const config: unknown = JSON.parse(`{"__proto__": {"hidden_size": 8}, ${JSON.stringify(llama).slice(1)}`);
    expect(modelOf({ config }).shape?.hiddenSize).toBe(4096);
  });
});
