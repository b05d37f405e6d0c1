import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { binarySettings, cacheDir } from './settings.ts';

describe('where programs are looked for', () => {
  test('KUBEBUILDER_ASSETS comes before PATH; empty entries count as none', () => {
    const env = { KUBEBUILDER_ASSETS: '/assets', PATH: ['/a', '', '/b'].join(delimiter) };
    expect(binarySettings(env).searchPath).toEqual(['/assets', '/a', '/b']);
    expect(binarySettings({ KUBEBUILDER_ASSETS: '' }).searchPath).toEqual([]);
  });

  test('the cache follows KAITO_CACHE_DIR, then XDG_CACHE_HOME, then the home folder', () => {
    expect(cacheDir({ KAITO_CACHE_DIR: '/k', XDG_CACHE_HOME: '/x' })).toBe('/k');
    expect(cacheDir({ KAITO_CACHE_DIR: '', XDG_CACHE_HOME: '/x' })).toBe('/x/kaito');
    expect(cacheDir({})).toBe(join(homedir(), '.cache/kaito'));
  });

  test('mirrors replace the official addresses', () => {
    const { downloadUrls } = binarySettings({ KAITO_DOWNLOAD_ETCD: 'http://mirror.example/etcd/' });
    expect(downloadUrls).toEqual({
      kubernetes: 'https://dl.k8s.io',
      etcd: 'http://mirror.example/etcd',
      kwok: 'https://github.com/kubernetes-sigs/kwok/releases/download',
      helm: 'https://get.helm.sh',
      oci: 'https://github.com/oras-project/oras/releases/download',
    });
  });
});
