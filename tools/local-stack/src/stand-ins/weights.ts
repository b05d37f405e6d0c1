import { createHash } from 'node:crypto';

/** Bytes of the one tensor: enough to be a file, not a model. */
const TENSOR_BYTES = 64;

/**
 * Files that stand for the weights of a model: its name decides every byte.
 * @returns content by file name
 */
export function standInWeights(model: string): ReadonlyMap<string, Buffer> {
  const config = { model_type: 'stand-in', _name_or_path: model, architectures: ['StandInForCausalLM'] };
  const tensors = { 'model.embed_tokens.weight': bytesOf(`weights of ${model}`) };
  return new Map([
    ['config.json', Buffer.from(`${JSON.stringify(config, undefined, 2)}\n`)],
    ['model.safetensors', safetensors(tensors)],
  ]);
}

/** As many bytes as `TENSOR_BYTES` that depend on a text. */
export function bytesOf(text: string): Buffer {
  return createHash('sha512').update(text).digest().subarray(0, TENSOR_BYTES);
}

/** A file in the format of safetensors (Hugging Face docs, "Safetensors", format): length of the header, header, bytes. */
export function safetensors(tensors: Readonly<Record<string, Buffer>>): Buffer {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, bytes]) => {
    const data_offsets = [offset, (offset += bytes.length)];
    return [name, { dtype: 'U8', shape: [bytes.length], data_offsets }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors)]);
}
