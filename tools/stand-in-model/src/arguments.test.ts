import { readArguments } from './arguments.ts';
import { loadConfig } from './config.ts';

const v03 =
  '--config_file config.yaml --num_processes 1 inference_api.py --pipeline text-generation --torch_dtype bfloat16 --trust_remote_code';
const vllm =
  '/workspace/vllm/inference_api.py --served-model-name=phi-4 --model microsoft/phi-4 --max-model-len=16384 --tensor-parallel-size=1';

test.each([
  ['an image of v0.3', v03, { pipeline: 'text-generation', runtime: 'transformers' }],
  ['vLLM', vllm, { servedName: 'phi-4', contextLength: 16384, runtime: 'vllm' }],
  ['a context that the server is to find out', '--max-model-len=auto --port=0', {}],
])('reads the command line of %s', (_, line, expected) => {
  const { ignored, ...read } = readArguments(line.split(' '));
  expect(read).toEqual(expected);
  expect(ignored).not.toContain('port');
});

test('flags that mean nothing to it are named, not refused', () => {
  expect(readArguments(vllm.split(' ')).ignored).toEqual(['model', 'tensor-parallel-size']);
});

test('in the place of another server it takes its name and port, and never more context than it has', () => {
  const argv = ['--engine=/e', '--weights=/w', '--in-place-of', ...vllm.split(' '), '--port=5001'];
  expect(loadConfig(argv, {})).toMatchObject({ servedName: 'phi-4', port: 5001, contextLength: 2048 });
  expect(() => loadConfig([], {})).toThrow(/--engine \(STAND_IN_ENGINE\) is required[^]*--weights/);
});
