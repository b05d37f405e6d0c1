import type { DiagnosisRow } from '../diagnosis.ts';

const ORAS = 'oras-project/oras, errors of a pull, as the container "adapters" passes them on';
const VLLM = 'vllm-project/vllm, answers of POST /v1/load_lora_adapter';
const RETRIED = 'it is tried again at least every 2 minutes';
const SET_RANK =
  'set max-lora-rank in the ConfigMap of inference.config (key inference_config.yaml, section vllm) to the next of 128, 256, 320 and 512, which takes memory of the GPU; or train an adapter of a lower rank';

/** Why an adapter is not there, in the words of the registry or the server, which come after its name and its image. */
export const adapterRows: readonly DiagnosisRow[] = [
  {
    cause: 'AdapterPullFailed',
    places: ['adapter', 'log'],
    pattern:
      /adapter (?<adapter>\S+): cannot pull (?<image>\S+): [^\n]*(?:\b40[13]\b|unauthorized|forbidden|denied|credential not found|insufficient_scope)/i,
    mover: 'user',
    message: 'the registry does not let adapter {adapter} have its image {image}',
    nextStep: `name a Secret of type kubernetes.io/dockerconfigjson in inference.adapters[].source.imagePullSecrets, or correct the one that is named; ${RETRIED}`,
    source: ORAS,
    example: {
      text: 'adapter sums: cannot pull r.azurecr.io/sums:1: failed to resolve digest: GET "https://r.azurecr.io/v2/sums/manifests/1": response status code 401: Unauthorized',
    },
  },
  {
    cause: 'AdapterPullFailed',
    places: ['adapter', 'log'],
    pattern:
      /adapter (?<adapter>\S+): cannot pull (?<image>\S+): [^\n]*(?:not found|name unknown|manifest unknown|invalid reference)/i,
    mover: 'user',
    message: 'there is no image {image} for adapter {adapter}',
    nextStep: `correct inference.adapters[].source.image of adapter {adapter}, or push the image; ${RETRIED}`,
    source: ORAS,
    example: {
      text: 'adapter sums: cannot pull r.azurecr.io/sums:2: failed to resolve digest: r.azurecr.io/sums:2: not found',
    },
  },
  {
    cause: 'AdapterPullFailed',
    places: ['adapter', 'log'],
    pattern: /adapter (?<adapter>\S+): cannot pull (?<image>\S+): /,
    mover: 'cluster',
    message: 'the image {image} of adapter {adapter} cannot be pulled',
    nextStep: `check that pods reach the registry: network policies, firewall, proxy, name servers, certificates; ${RETRIED}`,
    source: ORAS,
    example: {
      text: 'adapter sums: cannot pull r.example.com/sums:1: failed to resolve digest: Get "https://r.example.com/v2/": dial tcp 10.0.0.9:443: connect: connection refused',
    },
  },
  {
    cause: 'AdapterImageInvalid',
    places: ['adapter', 'log'],
    pattern: /adapter (?<adapter>\S+): cannot use (?<image>\S+): (?<why>[^\n]{1,300})/,
    mover: 'user',
    message: 'the image {image} of adapter {adapter} cannot be used: {why}',
    nextStep:
      'build an image with /data/adapter_config.json and /data/adapter_model.safetensors, as a tuning workspace does, and name it in inference.adapters[].source.image',
    source: 'KAITO docs, format of adapter images',
    example: { text: 'adapter sums: cannot use r.example.com/sums:1: it has no file /data/adapter_config.json' },
  },
  {
    cause: 'AdapterLoadFailed',
    places: ['adapter'],
    pattern:
      /adapter (?<adapter>\S+): cannot load \S+: [^\n]*LoRA rank (?<rank>\d+) is greater than max_lora_rank:? (?<most>\d+)/,
    mover: 'user',
    message: 'adapter {adapter} is of rank {rank}, and the server takes up to {most}',
    nextStep: SET_RANK,
    source: VLLM,
    example: {
      text: 'adapter sums: cannot load r.example.com/sums:1: Call to add_lora method failed: LoRA rank 128 is greater than max_lora_rank 64.',
    },
  },
  {
    cause: 'AdapterLoadFailed',
    places: ['adapter'],
    pattern:
      /adapter (?<adapter>\S+): cannot load (?<image>\S+): [^\n]*(?:expected target modules|target_modules|size mismatch|shape|is unsupported LoRA weight|not supported by the model|KeyError)/i,
    mover: 'user',
    message: 'adapter {adapter} was not made for this model: {image}',
    nextStep:
      'name an adapter in inference.adapters that was trained from this very model: see base_model_name_or_path in its adapter_config.json',
    source: VLLM,
    example: {
      text: "adapter sums: cannot load r.example.com/sums:1: Call to add_lora method failed: While loading /mnt/adapter-store/sums/0a1b, expected target modules in {'qkv_proj', 'o_proj'} but received ['h.0.attn.c_attn']. Please verify that the loaded LoRA module is correct",
    },
  },
  {
    cause: 'AdapterLoadFailed',
    places: ['adapter'],
    pattern: /adapter (?<adapter>\S+): cannot load (?<image>\S+): (?<why>[^\n]{1,300})/,
    mover: 'user',
    message: 'the server does not load adapter {adapter} ({image}): {why}',
    nextStep: `correct the adapter and push it under another tag, or take it out of inference.adapters; ${RETRIED}`,
    source: VLLM,
    example: { text: 'adapter sums: cannot load r.example.com/sums:1: vLLM does not yet support DoRA.' },
  },
];
