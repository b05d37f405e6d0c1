import { assert, property, string } from 'fast-check';
import { readInferenceConfig } from './inference-config.ts';

function messagesOf(text: string): readonly string[] {
  const read = readInferenceConfig(text);
  return read.ok ? [] : read.problems.map(({ message }) => message);
}

describe('readInferenceConfig', () => {
  it('reads what the plan depends on, and which flags are set', () => {
    const text =
      'vllm:\n  max-model-len: 8192\n  gpu-memory-utilization: "0.9"\n  kv-cache-dtype: fp8\nmax_probe_steps: 6\n';
    expect(readInferenceConfig(text)).toEqual({
      ok: true,
      config: {
        contextLength: 8192,
        utilization: 0.9,
        kvValueBytes: 1,
        keys: ['max-model-len', 'gpu-memory-utilization', 'kv-cache-dtype'],
      },
    });
  });

  it.each(['', '# nothing\n', 'vllm:\n', 'kv_cache_cpu_memory_utilization: 0.5\n', 'vllm:\n  max-model-len: auto\n'])(
    'takes %j, which names no context',
    text => {
      const read = readInferenceConfig(text);
      expect(read.ok && read.config.contextLength).toBeUndefined();
      expect(read.ok).toBe(true);
    },
  );

  it.each([
    ['no YAML', 'vllm: [', /line 1/],
    ['a list', '- vllm\n', /must be a map/],
    ['flags that are text', 'vllm: fast\n', /line 1.*map of flags/],
    [
      'a flag with a map',
      'vllm:\n  swap-space: 4\n  rope-scaling:\n    factor: 2\n',
      /line 3: vllm\.rope-scaling.*JSON text/,
    ],
    ['a context of words', 'vllm:\n  max-model-len: long\n', /max-model-len "long" is not a number/],
    ['no context', 'vllm:\n  max-model-len: 0\n', /max-model-len "0"/],
    ['half a token', 'vllm:\n  max-model-len: 2048.5\n', /whole number/],
    ['more than the GPU', 'vllm:\n  gpu-memory-utilization: 1.5\n', /above 0 and up to 1/],
    ['nothing of the GPU', 'vllm:\n  gpu-memory-utilization: 0\n', /above 0/],
    ['a key twice', 'vllm:\n  dtype: auto\n  dtype: half\n', /line 3/],
    ['an alias bomb', 'a: &a [x, x]\nvllm:\n  b: *a\n', /vllm\.b must be a plain value/],
    ['a megabyte', `# ${'x'.repeat(300_000)}`, /longer than/],
  ])('refuses %s', (_, text, expected) => {
    const messages = messagesOf(text);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(expected);
    expect(messages[0]).toMatch(/^inference_config\.yaml of inference\.config /);
  });

  it('says all that is wrong at once', () => {
    expect(messagesOf('vllm:\n  max-model-len: x\n  gpu-memory-utilization: y\n')).toHaveLength(2);
  });

  it('never throws, whatever the text', () => {
    const isAnswered = property(string({ unit: 'binary-ascii', maxLength: 200 }), text => {
      const texts = [text, `vllm:\n  a: ${text}\n  ${text}: b\n`];
      return texts.map(readInferenceConfig).every(read => read.ok || read.problems.length > 0);
    });
    expect(() => assert(isAnswered)).not.toThrow();
  });
});
