import type { DiagnosisRow } from '../diagnosis.ts';

const VLLM = 'vllm-project/vllm, errors at start-up';
const SIZE = 'an instance type with more GPU memory, or more nodes';
const CONFIG = 'in the ConfigMap of inference.config (key inference_config.yaml, section vllm)';

/** What a server says of the memory and the make of its GPUs; in its logs. */
export const gpuRows: readonly DiagnosisRow[] = [
  {
    cause: 'KvCacheTooSmall',
    places: ['log'],
    pattern:
      /max seq len \((?<wanted>\d+)\), \(?(?<needed>[\d.]+) GiB KV cache is needed, which is larger than the available KV cache memory \((?<available>[\d.]+) GiB\).{0,200}?estimated maximum model length is (?<length>\d+)/s,
    mover: 'user',
    message:
      'a context of {wanted} tokens needs {needed} GiB of GPU memory for the key-value cache, and {available} GiB are left',
    nextStep: `set max-model-len: {length} ${CONFIG}, or choose ${SIZE}`,
    source: 'vllm-project/vllm, vllm/v1/core/kv_cache_utils.py',
    example: {
      text: "ValueError: To serve at least one request with the model's max seq len (1048576), 22.5 GiB KV cache is needed, which is larger than the available KV cache memory (17.39 GiB). Based on the available memory, the estimated maximum model length is 810208.",
    },
  },
  {
    cause: 'KvCacheTooSmall',
    places: ['log'],
    pattern:
      /max seq len \((?<wanted>\d+)\), \(?(?<needed>[\d.]+) GiB KV cache is needed, which is larger than the available KV cache memory \((?<available>[\d.]+) GiB\)/,
    mover: 'user',
    message:
      'a context of {wanted} tokens needs {needed} GiB of GPU memory for the key-value cache, and {available} GiB are left',
    nextStep: `set a smaller max-model-len ${CONFIG}, or choose ${SIZE}`,
    source: 'vllm-project/vllm, issue 16118',
    example: {
      text: "ValueError: To serve at least one request with the models's max seq len (1048576), (24.00 GiB KV cache is needed, which is larger than the available KV cache memory (9.97 GiB). Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.",
    },
  },
  {
    cause: 'KvCacheTooSmall',
    places: ['log'],
    pattern:
      /max seq len \((?<wanted>\d+)\) is larger than the maximum number of tokens that can be stored in KV cache \((?<length>\d+)\)/,
    mover: 'user',
    message: 'a context of {wanted} tokens does not fit into the key-value cache, which holds {length}',
    nextStep: `set max-model-len: {length} ${CONFIG}, or choose ${SIZE}`,
    source: 'vllm-project/vllm, issue 2418',
    example: {
      text: "ValueError: The model's max seq len (4096) is larger than the maximum number of tokens that can be stored in KV cache (3664). Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.",
    },
  },
  {
    cause: 'NoRoomForKvCache',
    places: ['log'],
    pattern: /No available memory for the cache blocks/,
    mover: 'user',
    message: 'the weights take all of the GPU memory, and nothing is left for the key-value cache',
    nextStep: `choose ${SIZE}, or a quantised version of the model`,
    source: VLLM,
    example: {
      text: 'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    },
  },
  {
    cause: 'GpuMemoryTaken',
    places: ['log'],
    pattern:
      /Free memory on device (?:\S+ )?\((?<free>[\d.]+)\/(?<total>[\d.]+) GiB\) on startup is less than desired GPU memory utilization \((?<share>[\d.]+), (?<desired>[\d.]+) GiB\)/i,
    mover: 'cluster',
    message:
      'of the {total} GiB of the GPU only {free} are free, and the server wants {desired}: something else uses the GPU',
    nextStep: `find what else runs on it (nvidia-smi on the node), or set a smaller gpu-memory-utilization than {share} ${CONFIG}`,
    source: 'vllm-project/vllm, issue 20305',
    example: {
      text: 'ValueError: Free memory on device (7.34/139.72 GiB) on startup is less than desired GPU memory utilization (0.9, 125.75 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    },
  },
  {
    cause: 'GpuOutOfMemory',
    places: ['log'],
    pattern:
      /CUDA out of memory\. Tried to allocate (?<asked>[\d.]+ [KMG]iB)\. GPU (?<gpu>\d+) has a total capacity of (?<total>[\d.]+ [KMG]iB)(?: of which (?<free>[\d.]+ [KMG]iB) is free)?/,
    mover: 'user',
    message: 'GPU {gpu} ({total}) had no room for {asked} more',
    nextStep: `choose ${SIZE}, or set a smaller max-model-len or max-num-seqs ${CONFIG}`,
    source: 'pytorch/pytorch, CUDACachingAllocator',
    example: {
      text: 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB of which 1.20 GiB is free.',
    },
  },
  {
    cause: 'GpuOutOfMemory',
    places: ['log'],
    pattern: /CUDA out of memory|CUDA error: out of memory|torch\.(?:cuda\.)?OutOfMemoryError/,
    mover: 'user',
    message: 'the GPU memory does not suffice',
    nextStep: `choose ${SIZE}, or set a smaller max-model-len or max-num-seqs ${CONFIG}`,
    source: 'pytorch/pytorch, CUDACachingAllocator',
    example: { text: 'RuntimeError: CUDA out of memory.' },
  },
  {
    cause: 'GpuTooOld',
    places: ['log'],
    pattern:
      /Bfloat16 is only supported on GPUs with compute capability of at least (?<least>[\d.]+)\. Your (?<gpu>.{1,60}?) GPU has compute capability (?<has>[\d.]+)/,
    mover: 'user',
    message: '{gpu} (compute capability {has}) cannot compute in bfloat16, which takes {least}',
    nextStep: `choose an instance type with A10, A100, H100 or newer GPUs, or set dtype: half ${CONFIG}`,
    source: VLLM,
    example: {
      text: 'ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla V100-PCIE-16GB GPU has compute capability 7.0. You can use float16 instead by explicitly setting the `dtype` flag in CLI, for example: --dtype=half.',
    },
  },
  {
    cause: 'GpuTooOld',
    places: ['log'],
    pattern:
      /no kernel image is available for execution on the device|Minimum capability: (?<least>\d+)\. Current capability: (?<has>\d+)|only supported (?:on|for) (?:devices|GPUs) with compute capability/i,
    mover: 'user',
    message: 'the GPU is too old for the server or for this quantisation',
    nextStep:
      'choose an instance type with newer GPUs (A10, A100, H100), or a version of the model without this quantisation',
    source: VLLM,
    example: {
      text: 'ValueError: The quantization method awq_marlin is not supported for the current GPU. Minimum capability: 80. Current capability: 70.',
    },
  },
  {
    cause: 'GpuNotVisible',
    places: ['log'],
    pattern:
      /No CUDA GPUs are available|Failed to infer device type|Found no NVIDIA driver|CUDA driver version is insufficient|NVIDIA driver on your system is too old|libcuda\.so\.1: cannot open/i,
    mover: 'cluster',
    message: 'the server does not see a GPU that it can use',
    nextStep: 'check the driver on the node (nvidia-smi), and with a template that it asks for nvidia.com/gpu',
    source: 'pytorch/pytorch, torch.cuda',
    example: { text: 'RuntimeError: No CUDA GPUs are available' },
  },
  {
    cause: 'GpuBroken',
    places: ['log'],
    pattern:
      /uncorrectable ECC error|unspecified launch failure|GPU has fallen off the bus|CUDA error: (?:device|hardware)|\bXid\b/i,
    mover: 'cluster',
    message: 'the GPU itself has a fault',
    nextStep:
      'delete the claim of the node, so that it gets another machine; on nodes of your own take the node out of use',
    source: 'NVIDIA, "GPU debug guidelines", Xid errors',
    example: { text: 'RuntimeError: CUDA error: uncorrectable ECC error encountered' },
  },
  {
    cause: 'SharedMemoryTooSmall',
    places: ['log'],
    pattern:
      /\bBus error\b|insufficient shared memory|out of shared memory \(shm\)|No space left on device[^\n]{0,60}\/dev\/shm/i,
    mover: 'user',
    message: 'the shared memory of the pod (/dev/shm) is too small',
    nextStep: 'with a template mount an emptyDir with medium: Memory at /dev/shm',
    source: 'PyTorch docs, "Multiprocessing best practices"',
    example: {
      text: "RuntimeError: DataLoader worker (pid 7) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory.",
    },
  },
  {
    cause: 'GpuNetworkFails',
    places: ['log'],
    pattern:
      /NCCL error|ncclSystemError|ncclUnhandledCudaError|ncclInternalError|ncclRemoteError|ncclInvalidUsage|DistBackendError/,
    mover: 'cluster',
    message: 'the GPUs do not reach each other (NCCL)',
    nextStep:
      'check that pods of the namespace may talk to each other on all ports (network policies); for details set NCCL_DEBUG=INFO with a template',
    source: 'NVIDIA NCCL docs, "Troubleshooting"',
    example: {
      text: 'torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:268, unhandled system error, NCCL version 2.27',
    },
  },
];
