import type { DiagnosisRow } from '../diagnosis.ts';

const VLLM = 'vllm-project/vllm, errors at start-up';
const TRANSFORMERS = 'huggingface/transformers, errors at start-up';
const CONFIG = 'in the ConfigMap of inference.config (key inference_config.yaml, section vllm)';

/** What a server says of the model and of its settings; in its logs. */
export const serverRows: readonly DiagnosisRow[] = [
  {
    cause: 'ContextTooLong',
    places: ['log'],
    pattern:
      /User-specified max_model_len \((?<wanted>\d+)\) is greater than the derived max_model_len \(\w+=(?<length>\d+)/,
    mover: 'user',
    message: 'the model can look back over {length} tokens, and max-model-len is {wanted}',
    nextStep: `set max-model-len: {length}, or less, ${CONFIG}`,
    source: VLLM,
    example: {
      text: "ValueError: User-specified max_model_len (131072) is greater than the derived max_model_len (max_position_embeddings=40960 or model_max_length=None in model's config.json).",
    },
  },
  {
    cause: 'HeadsNotDivisible',
    places: ['log'],
    pattern:
      /Total number of attention heads \((?<heads>\d+)\) must be divisible by tensor parallel size \((?<size>\d+)\)/,
    mover: 'user',
    message: 'the {heads} attention heads of the model cannot be shared evenly among {size} GPUs',
    nextStep: `set a tensor-parallel-size that divides {heads} ${CONFIG}, or leave it out; or choose an instance type with another number of GPUs`,
    source: VLLM,
    example: {
      text: 'ValueError: Total number of attention heads (40) must be divisible by tensor parallel size (3).',
    },
  },
  {
    cause: 'ParallelismImpossible',
    places: ['log'],
    pattern:
      /must be divisible by (?:tensor parallel size|tensor_parallel_size|tp_size)|is not divisible by weight quantization block_[nk]|world size \((?<wanted>\d+)\)[^\n]{0,80}(?:larger|available GPUs)/i,
    mover: 'user',
    message: 'the model cannot be spread over this number of GPUs',
    nextStep: `leave tensor-parallel-size and pipeline-parallel-size out ${CONFIG}, or choose an instance type with another number of GPUs`,
    source: VLLM,
    example: {
      text: "ValueError: The output_size of gate's and up's weight = 192 is not divisible by weight quantization block_n = 128.",
    },
  },
  {
    cause: 'ArchitectureNotSupported',
    places: ['log'],
    pattern: /Model architectures \[(?<architecture>[^\]]+)\] (?:are not supported|failed to be inspected)/,
    mover: 'user',
    message: 'the server does not know models of the architecture {architecture}',
    nextStep: 'choose a model of the catalogue, or serve this one with an image of your own: inference.template',
    source: VLLM,
    example: {
      text: "ValueError: Model architectures ['FooForCausalLM'] are not supported for now. Supported architectures: dict_keys(['AquilaModel'])",
    },
  },
  {
    cause: 'ArchitectureNotSupported',
    places: ['log'],
    pattern: /model type `(?<architecture>[^`]+)` but Transformers does not recognize this architecture/,
    mover: 'user',
    message: 'the libraries in the image do not know models of the type {architecture}',
    nextStep: 'choose a model of the catalogue, or serve this one with a newer image of your own: inference.template',
    source: TRANSFORMERS,
    example: {
      text: 'ValueError: The checkpoint you are trying to load has model type `foo` but Transformers does not recognize this architecture.',
    },
  },
  {
    cause: 'RemoteCodeNeeded',
    places: ['log'],
    pattern:
      /contains custom code which must be executed|trust_remote_code=True|--trust-remote-code|requires you to execute the (?:configuration|modeling|tokenizer) file/,
    mover: 'user',
    message:
      'the repository of the model brings code of its own, which Kaito runs only for models that were looked over',
    nextStep:
      'choose a model of the catalogue; if you trust this repository, serve it with a template of your own: inference.template',
    source: TRANSFORMERS,
    example: {
      text: 'ValueError: The repository `a/b` contains custom code which must be executed to correctly load the model. You can inspect the repository content at https://hf.co/a/b. Please pass the argument `trust_remote_code=True` to allow custom code to be run.',
    },
  },
  {
    cause: 'LoraRankTooLarge',
    places: ['log'],
    pattern: /LoRA rank (?<rank>\d+) is greater than max_lora_rank (?<most>\d+)/,
    mover: 'user',
    message: 'an adapter has rank {rank}, and the server takes up to {most}',
    nextStep: `set max-lora-rank to the next of 8, 16, 32, 64, 128, 256, 320 and 512 from {rank} on ${CONFIG}`,
    source: VLLM,
    example: { text: 'ValueError: LoRA rank 64 is greater than max_lora_rank 16.' },
  },
  {
    cause: 'AdapterDoesNotFit',
    places: ['log'],
    pattern: /Target modules (?<modules>.{1,200}?) not found in the base model/s,
    mover: 'user',
    message: 'the base model has no modules {modules}',
    nextStep:
      'correct target_modules (tuning: LoraConfig in training_config.yaml), or use an adapter that was made for this model',
    source: 'huggingface/peft, src/peft/tuners/tuners_utils.py',
    example: {
      text: "ValueError: Target modules {'q_proj', 'v_projection'} not found in the base model. Please check the target modules and try again.",
    },
  },
  {
    cause: 'AdapterDoesNotFit',
    places: ['log'],
    pattern:
      /Can't find 'adapter_config\.json'|No adapter found for|Call to add_lora method failed|Loading lora .{1,200} failed/i,
    mover: 'user',
    message: 'an adapter cannot be loaded',
    nextStep:
      'check that its image or volume holds adapter_config.json and adapter_model.safetensors, made for this model',
    source: 'huggingface/peft, src/peft/config.py',
    example: { text: "ValueError: Can't find 'adapter_config.json' at '/mnt/adapter/a'" },
  },
  {
    cause: 'TokenizerMissing',
    places: ['log'],
    pattern:
      /Can't load tokenizer for|Unable to load vocabulary|Couldn't instantiate the backend tokenizer|Tokenizer class \S+ does not exist|No tokenizer file found/,
    mover: 'user',
    message: 'the repository of the model has no tokenizer that the server can use',
    nextStep: `choose a version of the model that has one, or name another ${CONFIG}: tokenizer`,
    source: TRANSFORMERS,
    example: { text: "OSError: Can't load tokenizer for 'a/b'." },
  },
  {
    cause: 'ChatTemplateMissing',
    places: ['log'],
    pattern:
      /default chat template is no longer allowed|supplied chat template .{1,200}?(?:failed to be opened|does not exist|not found)|Cannot use chat template functions/s,
    mover: 'user',
    message: 'the model has no chat template, or the named one cannot be read',
    nextStep: `name one ${CONFIG}: chat-template; a base model without one is not made for chats`,
    source: VLLM,
    example: {
      text: 'ValueError: As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the tokenizer does not define one.',
    },
  },
  {
    cause: 'FlagUnknown',
    places: ['log'],
    pattern: /error: unrecognized arguments: (?<flags>[^\n]{1,200})|error: argument (?<argument>\S+): invalid/,
    mover: 'user',
    message: 'the server does not know a setting: {flags}',
    nextStep: `take {flags} out ${CONFIG}`,
    source: 'Python docs, argparse',
    example: { text: 'inference_api.py: error: unrecognized arguments: --max-modell-len=2048' },
  },
  {
    cause: 'FlagInvalid',
    places: ['log'],
    pattern: /error: argument (?<flag>\S+?):? (?<why>(?:invalid|expected|not allowed)[^\n]{1,200})/,
    mover: 'user',
    message: 'the server does not take the value of {flag}: {why}',
    nextStep: `correct {flag} ${CONFIG}`,
    source: 'Python docs, argparse',
    example: { text: "inference_api.py: error: argument --max-model-len: invalid int value: 'many'" },
  },
  {
    cause: 'PortInUse',
    places: ['log'],
    pattern: /address already in use|EADDRINUSE|\[Errno 98\]/i,
    mover: 'user',
    message: 'another process in the pod, or on a node whose network it shares, has the port of the server',
    nextStep: 'take port and hostNetwork out of the template or of inference_config.yaml; the pod is restarted',
    source: 'Linux, errno EADDRINUSE',
    example: {
      text: "OSError: [Errno 98] error while attempting to bind on address ('0.0.0.0', 5000): address already in use",
    },
  },
  {
    cause: 'WeightsBroken',
    places: ['log'],
    pattern:
      /SafetensorError|Error while deserializing header|MetadataIncompleteBuffer|InvalidHeaderDeserialization|unexpected EOF while reading|Cannot find any model weights/i,
    mover: 'user',
    message: 'the weights are incomplete or damaged',
    nextStep: 'delete the pod, so that they are downloaded anew; if it recurs, the repository itself is not whole',
    source: 'huggingface/safetensors',
    example: { text: 'safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer' },
  },
  {
    cause: 'PeersNotFound',
    places: ['log'],
    pattern:
      /(?:Timed out|timed out|Timeout)[^\n]{0,80}(?:waiting for|Ray|rendezvous|nodes|placement group)|RendezvousTimeoutError|Failed to connect to (?:GCS|Ray)|Could not (?:find|connect to) (?:any running )?Ray/i,
    mover: 'cluster',
    message: 'the pods that serve the model together do not find each other',
    nextStep:
      'see that all pods of the workspace run, and that pods of the namespace may talk to each other (network policies, DNS)',
    source: 'Ray docs, "Debugging"; PyTorch docs, "torch.distributed.elastic"',
    example: { text: 'ray.exceptions.RaySystemError: Failed to connect to GCS at address 10.0.0.4:6379' },
  },
];
