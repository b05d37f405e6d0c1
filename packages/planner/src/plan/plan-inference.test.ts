import type { AdapterSpec } from '@kaito/crds';
import { plan } from './make-plan.ts';
import {
  annotated,
  inputOf,
  modelOf,
  problemsOf,
  serving,
  servingPlanOf,
  servingWith,
} from './plan-inputs.test-data.ts';

const a100 = { instanceType: 'Standard_NC24ads_A100_v4' };
const v100 = { instanceType: 'Standard_NC6s_v3' };

function lineOf(planned: ReturnType<typeof servingPlanOf>): string {
  return planned.server.command[2] ?? '';
}

const serverWith = (...adapters: readonly (AdapterSpec | undefined)[]) =>
  servingPlanOf(servingWith('llama-3.1-8b-instruct', a100, { adapters: adapters.filter(one => one !== undefined) }))
    .server;

describe('plan of the phi-3 workspace of the guides', () => {
  const phi3 = serving('phi-3-mini-4k-instruct', { ...v100, labelSelector: { matchLabels: { apps: 'phi-3' } } });

  it('is what KAITO v0.3 would run', () => {
    const { nodes, server, adapters, warnings } = servingPlanOf(phi3);
    expect(nodes).toEqual({
      instanceType: 'Standard_NC6s_v3',
      capacityType: 'on-demand',
      count: 1,
      labels: { apps: 'phi-3' },
      diskGiB: 50,
      gpus: 1,
      hasNvme: false,
      pricePerHour: 3.06,
    });
    expect(server).toEqual({
      runtime: 'preset-image',
      image: { origin: 'registry', reference: 'kaito-phi-3-mini-4k-instruct:0.0.1' },
      pullSecrets: [],
      replicas: 1,
      podsPerCopy: 1,
      gpusPerPod: 1,
      parallelism: { tensor: 1, pipeline: 1, data: 1 },
      contextLength: 4096,
      command: [
        '/bin/sh',
        '-c',
        'exec accelerate launch --num_processes=1 --num_machines=1 --machine_rank=0 --gpu_ids=all inference_api.py --torch_dtype=auto --pipeline=text-generation --trust_remote_code',
      ],
      env: {},
      port: 5000,
      healthPath: '/healthz',
      startTimeoutSeconds: 1800,
      probeDelays: { readinessSeconds: 30, livenessSeconds: 600 },
      needsCudaToolkit: false,
    });
    expect([adapters, warnings]).toEqual([[], []]);
  });

  it('serves once per node, on as many GPUs as hold the model', () => {
    const two = serving('phi-3-mini-4k-instruct', { instanceType: 'STANDARD_nv12', count: 2 });
    const { nodes, server } = servingPlanOf(two);
    expect(nodes).toMatchObject({ instanceType: 'Standard_NV12', count: 2 });
    expect(server).toMatchObject({ replicas: 2, podsPerCopy: 1, gpusPerPod: 2 });
  });

  it('takes room for the weights, whatever the old table says', () => {
    const { server } = servingPlanOf(serving('phi-3-medium-4k-instruct', { instanceType: 'Standard_NC12s_v3' }));
    expect(server).toMatchObject({ runtime: 'preset-image', gpusPerPod: 2 });
    expect(problemsOf(serving('phi-3-medium-4k-instruct', v100))).toEqual([
      expect.objectContaining({ code: 'GpuMemoryTooSmall' }),
    ]);
  });

  it('runs on vLLM where the GPUs are new enough, and on the old image when that is private', () => {
    expect(servingPlanOf(serving('phi-3-mini-4k-instruct', a100)).server.runtime).toBe('vllm');
    const presetOptions = { image: 'example.azurecr.io/my-phi:1', imagePullSecrets: ['pull'] };
    const preset = { name: 'phi-3-mini-4k-instruct', accessMode: 'private' as const, presetOptions };
    expect(servingPlanOf(servingWith('', a100, { preset })).server).toMatchObject({
      runtime: 'preset-image',
      image: { origin: 'user', reference: 'example.azurecr.io/my-phi:1' },
      pullSecrets: ['pull'],
    });
  });

  it('serves adapters from images, at full strength unless told otherwise', () => {
    const image = 'example.azurecr.io/adapter:1';
    const source = (name: string) => ({ name, image, imagePullSecrets: ['pull'] });
    const adapters = [{ source: source('a'), strength: '0.5' }, { source: source('b') }];
    expect(servingPlanOf(servingWith('phi-3-mini-128k-instruct', v100, { adapters }))).toMatchObject({
      adapters: [
        { name: 'a', image, strength: '0.5', pullSecrets: ['pull'] },
        { name: 'b', image, strength: '1.0', pullSecrets: ['pull'] },
      ],
      server: { pullSecrets: ['pull'] },
    });
  });
});

describe('plan with vLLM', () => {
  it('pins the weights and says everything in a fixed order', () => {
    const { id, revision } = modelOf('llama-3.1-8b-instruct');
    const planned = servingPlanOf(serving('llama-3.1-8b-instruct', a100));
    expect(lineOf(planned)).toBe(
      [
        'exec python3 /workspace/vllm/inference_api.py --served-model-name=llama-3.1-8b-instruct',
        `--model=${id} --revision=${revision} --code-revision=${revision} --download-dir=/workspace/weights`,
        '--load-format=auto --config-format=auto --tokenizer-mode=auto --dtype=bfloat16 --max-model-len=131072',
        '--gpu-memory-utilization=0.84 --tensor-parallel-size=1',
        '--compilation-config.pass_config.fuse_allreduce_rms=False',
        '--tool-call-parser=llama3_json --enable-auto-tool-choice',
        '--chat-template=/workspace/chat_templates/tool-chat-llama3.1-json.jinja',
      ].join(' '),
    );
    expect(planned.server).toMatchObject({ port: 5000, healthPath: '/health', startTimeoutSeconds: 1800 });
    expect(planned.model).toMatchObject({ id, revision, weights: 'download' });
    expect(planned.nodes.diskGiB).toBe(94);
  });

  it('warns where nobody could look the commit up', () => {
    const { revision: _, ...unpinned } = modelOf('llama-3.1-8b-instruct');
    const workspace = serving('llama-3.1-8b-instruct', a100);
    const planned = servingPlanOf(workspace, { model: { state: 'known', model: unpinned } });
    expect(lineOf(planned)).not.toContain('revision');
    expect(planned.warnings).toEqual([expect.stringMatching(/not pinned to a commit/)]);
  });

  it('trusts code only where the catalogue says so', () => {
    const workspace = serving('llama-3.1-8b-instruct', a100);
    const model = { ...modelOf('llama-3.1-8b-instruct'), trustRemoteCode: true };
    expect(lineOf(servingPlanOf(workspace))).not.toContain('trust-remote-code');
    expect(lineOf(servingPlanOf(workspace, { model: { state: 'known', model } }))).toContain('--trust-remote-code');
  });

  it('serves each GPU on its own where the model is small', () => {
    const planned = servingPlanOf(serving('llama-3.1-8b-instruct', { instanceType: 'Standard_NC96ads_A100_v4' }));
    expect(planned.server).toMatchObject({ gpusPerPod: 4, parallelism: { tensor: 1, pipeline: 1, data: 4 } });
    expect(lineOf(planned)).toContain('--data-parallel-size=4 --tensor-parallel-size=1');
    expect(lineOf(planned)).toContain('--kaito-kv-cache-cpu-memory-utilization=0');
  });

  it('leaves more of an A10 free', () => {
    expect(
      lineOf(servingPlanOf(serving('phi-4-mini-instruct', { instanceType: 'Standard_NV36ads_A10_v5' }))),
    ).toContain('--gpu-memory-utilization=0.82');
  });

  it('takes as many nodes as one copy needs, joined by Ray at pod 0', () => {
    const { server, nodes } = servingPlanOf(serving('llama-3.3-70b-instruct', a100));
    expect(nodes.count).toBe(3);
    expect(server).toMatchObject({ replicas: 3, podsPerCopy: 3, parallelism: { tensor: 1, pipeline: 3, data: 1 } });
    expect(server.command[2]).toMatch(
      /^\S+multi-node-serving\.sh leader --ray_cluster_size=3 --ray_port=6379 && exec python3 /,
    );
    expect(server.command[2]).toContain('--pipeline-parallel-size=3 --distributed-executor-backend=ray');
    expect(server.workerCommand?.[2]).toBe(
      'exec /workspace/vllm/multi-node-serving.sh worker --ray_address=my-model-0.my-model-headless.default.svc.cluster.local --ray_port=6379',
    );
  });

  it('joins the pods of each copy at its own first pod', () => {
    const { server } = servingPlanOf(serving('llama-3.3-70b-instruct', { ...a100, count: 6 }));
    expect(server).toMatchObject({ replicas: 6, podsPerCopy: 3 });
    expect(server.workerCommand?.[2]).toContain('my-model-$((POD_INDEX - POD_INDEX % 3)).my-model-headless');
  });

  it('leaves out nodes that would serve no whole copy, and says so', () => {
    const planned = servingPlanOf(serving('llama-3.3-70b-instruct', { ...a100, count: 5 }));
    expect(planned.nodes.count).toBe(3);
    expect(planned.warnings).toEqual([expect.stringMatching(/count 5 is not a multiple of the 3 nodes.*2 of them/)]);
  });

  it('keeps to the context of the configuration, and hands the file on last', () => {
    const workspace = servingWith('llama-3.1-8b-instruct', a100, { config: 'settings' });
    const planned = servingPlanOf(workspace, {
      config: 'vllm:\n  max-model-len: 4096\n  gpu-memory-utilization: 0.5\n',
    });
    expect(planned.server).toMatchObject({ contextLength: 4096, memory: { utilization: 0.5 } });
    expect(lineOf(planned)).toMatch(/--max-model-len=4096 --gpu-memory-utilization=0\.5 .*--kaito-config-file=\S+$/);
  });

  it('says when the cache cuts the context short', () => {
    const planned = servingPlanOf(serving('llama-3.1-8b-instruct', { instanceType: 'Standard_NV36ads_A10_v5' }));
    expect(planned.server.contextLength).toBe(planned.server.memory?.kvCacheTokens);
    expect(planned.warnings).toEqual([expect.stringMatching(/limited to \d+ of 131072 tokens/)]);
  });

  it('loads adapters beside the model', () => {
    const adapters: readonly AdapterSpec[] = [
      { source: { name: 'a', image: 'example.com/a:1' } },
      { source: { name: 'b', volumeSource: { persistentVolumeClaim: { claimName: 'b' } } } },
    ];
    const planned = servingPlanOf(servingWith('llama-3.1-8b-instruct', a100, { adapters }));
    expect(lineOf(planned)).toContain('--enable-lora --max-loras=4 --max-lora-rank=64 --max-cpu-loras=10');
    expect(planned.adapters).toEqual([
      { name: 'a', image: 'example.com/a:1', pullSecrets: [] },
      { name: 'b', volumeSource: { persistentVolumeClaim: { claimName: 'b' } }, pullSecrets: [] },
    ]);
  });

  it('starts the same server for one adapter as for two, whatever their order', () => {
    const [a, b] = ['a', 'b'].map(name => ({
      source: { name, image: `example.com/${name}:1`, imagePullSecrets: [`${name}-pull`] },
    }));
    expect(serverWith(a, b)).toEqual(serverWith(b, a));
    expect(serverWith(a, b).command).toEqual(serverWith(a).command);
  });

  it('reads the weights from the node where the workspace says that they are there', () => {
    const workspace = annotated(serving('llama-3.1-8b-instruct', a100), { 'kaito.sh/use-local-weights': 'true' });
    const planned = servingPlanOf(workspace);
    const folder = '/opt/kaito/models/meta-llama-llama-3.1-8b-instruct';
    expect(lineOf(planned)).toContain(`--model=${folder} --load-format=runai_streamer`);
    expect(planned).toMatchObject({ model: { weights: 'local' }, server: { env: { KAITO_PROCESSOR: folder } } });
  });

  it('passes a performance mode on, except the one that vLLM has anyway', () => {
    const workspace = serving('llama-3.1-8b-instruct', a100);
    const mode = (value: string) => lineOf(servingPlanOf(annotated(workspace, { 'kaito.sh/performance-mode': value })));
    expect(mode('throughput')).toContain('--performance-mode=throughput');
    expect(mode('balanced')).not.toContain('performance-mode');
  });

  it('answers to the name of the InferenceSet that made it', () => {
    const workspace = serving('llama-3.1-8b-instruct', a100);
    const labels = { 'inferenceset.kaito.sh/created-by': 'my-set' };
    const planned = servingPlanOf({ ...workspace, metadata: { ...workspace.metadata, labels } });
    expect(lineOf(planned)).toContain('--served-model-name=my-set ');
    expect(planned.model.servedName).toBe('my-set');
  });

  it('sets what kernels need', () => {
    const h200 = { instanceType: 'Standard_ND96isr_H200_v5' };
    const planned = servingPlanOf(serving('deepseek-ai/DeepSeek-V3.2', h200));
    expect(planned.server).toMatchObject({
      env: { CUDA_HOME: '/opt/kaito/cuda/129', VLLM_USE_DEEP_GEMM: '1', VLLM_USE_FLASHINFER_SAMPLER: '0' },
      needsCudaToolkit: true,
    });
  });
});

describe('plan with transformers', () => {
  const workspace = annotated(serving('phi-4', a100), { 'kaito.sh/runtime': 'transformers' });

  it('serves the models that the server knows', () => {
    const { revision } = modelOf('phi-4');
    const { server } = servingPlanOf(workspace);
    expect(server).toMatchObject({
      runtime: 'transformers',
      healthPath: '/health',
      image: { reference: 'kaito-base:0.5.0' },
    });
    const pinned = revision === undefined ? '' : `--revision=${revision} `;
    expect(server.command[2]).toContain(
      `accelerate launch --num_processes=1 --num_machines=1 --machine_rank=0 --gpu_ids=all /workspace/tfs/inference_api.py --pretrained_model_name_or_path=microsoft/phi-4 --allow_remote_files ${pinned}--served_model_name=phi-4 --pipeline=text-generation --torch_dtype=auto`,
    );
  });

  it('runs the old image where the GPUs are old', () => {
    const old = annotated(serving('phi-3-mini-4k-instruct', v100), { 'kaito.sh/runtime': 'transformers' });
    expect(servingPlanOf(old).server.runtime).toBe('preset-image');
  });
});

describe('plan of a ladder', () => {
  const alternatives = [
    { instanceType: 'standard_nv72ads_a10_v5', capacityType: 'spot' as const },
    { instanceType: 'Standard_NC96ads_A100_v4' },
  ];
  const workspace = serving('llama-3.3-70b-instruct', { ...a100, count: 6, alternatives });
  const on = (rung: number) => servingPlanOf(workspace, { rung });

  it('plans each rung anew, for as many copies as the first', () => {
    expect(on(0)).toMatchObject({ rung: 0, nodes: { count: 6 }, server: { podsPerCopy: 3 } });
    expect(on(1)).toMatchObject({
      rung: 1,
      nodes: { instanceType: 'Standard_NV72ads_A10_v5', capacityType: 'spot', count: 8 },
      server: { podsPerCopy: 4, parallelism: { tensor: 2, pipeline: 4 } },
    });
    expect(on(2)).toMatchObject({ nodes: { count: 2 }, server: { podsPerCopy: 1, parallelism: { tensor: 4 } } });
  });

  it('stays on the last rung when an edit has taken further ones away', () => {
    expect(on(7).rung).toBe(2);
    expect(on(-1).rung).toBe(0);
    expect(on(Number.NaN).rung).toBe(0);
  });
});

describe('plan', () => {
  it('waits while the model is looked up', () => {
    const input = inputOf(serving('phi-4', a100), { model: { state: 'pending' } });
    expect(plan(input)).toEqual({ ok: false, pending: true, problems: [] });
  });

  it('lets a workspace run that says that memory is not to be checked', () => {
    const a10 = { instanceType: 'Standard_NV36ads_A10_v5' };
    const workspace = annotated(servingWith('Qwen/Qwen3.6-27B', a10, { config: 'settings' }), {
      'kaito.sh/bypass-resource-checks': '',
    });
    const forced = servingPlanOf(workspace, { config: 'vllm:\n  gpu-memory-utilization: 0.05\n' });
    expect(forced.nodes.count).toBe(1);
    expect(forced.warnings.join()).toMatch(/started all the same, as the annotation asks/);
  });
});
