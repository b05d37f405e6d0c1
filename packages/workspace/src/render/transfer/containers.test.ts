import { dataUrlsContainer, outputImageContainer } from './containers.ts';
import { dataUrlsScript } from './data-urls-script.ts';
import { dataImageScript, dataVolumeScript, weightsScript } from './input-scripts.ts';
import { outputCheckScript, outputImageScript, outputVolumeScript } from './output-scripts.ts';
import { transferImages } from './transfer-images.ts';

const scripts = {
  outputCheckScript,
  weightsScript,
  dataUrlsScript,
  dataImageScript,
  dataVolumeScript,
  outputImageScript,
  outputVolumeScript,
};
const step = { name: 'data', image: transferImages.curl, mounts: [], runDir: '/run/kaito' };

describe('the scripts of transfers', () => {
  test.each(Object.entries(scripts))('%s is left by the kubelet as it is', (_name, script) => {
    expect(script).not.toContain('$$');
    // Names of variables alone: what has more in its brackets is not one.
    expect(script).not.toMatch(/\$\([A-Z_]+\)/);
    expect(script).not.toContain('\\${');
  });

  test('the images are named by digest', () => {
    for (const image of Object.values(transferImages)) expect(image).toMatch(/:v?\d[\d.]+@sha256:[0-9a-f]{64}$/);
  });
});

describe('the containers of transfers', () => {
  test('have what users wrote in their environment alone, and as it was written', () => {
    const urls = ['https://example.com/$(HOME)/a.csv?x=$$1', 'https://example.com/b.csv'];
    const { command, env } = dataUrlsContainer({ ...step, dataDir: '/mnt/data', maxBytes: 5, urls });
    expect(command).toEqual(['/bin/sh', '-c', dataUrlsScript]);
    expect(env).toEqual([
      { name: 'DATA_DIR', value: '/mnt/data' },
      { name: 'DATA_URLS', value: 'https://example.com/$$(HOME)/a.csv?x=$$$$1\nhttps://example.com/b.csv' },
      { name: 'HOME', value: '/tmp' },
      { name: 'MAX_BYTES', value: '5' },
      { name: 'RUN_DIR', value: '/run/kaito' },
    ]);
  });

  test('set every variable that their script needs', () => {
    const lineage = { base: 'b', config: 'c', workspace: 'w' };
    const pushing = { outputImage: 'i', pushAuthFile: '/f', modelName: 'm' };
    const { env = [] } = outputImageContainer({ ...step, ...pushing, resultsDir: '/mnt/results', lineage });
    const used = new Set(outputImageScript.match(/\$(?:LINEAGE|MODEL|OUTPUT|PUSH|RESULTS|RUN)_\w+/g));
    expect(new Set(env.map(({ name }) => `$${name}`))).toEqual(new Set([...used, '$HOME']));
  });
});
