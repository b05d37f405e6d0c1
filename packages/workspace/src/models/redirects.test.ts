import { mayFollow } from './redirects.ts';

const site = 'https://huggingface.co';

describe('mayFollow', () => {
  test.each([
    [site, 'https://huggingface.co/api/resolve-cache/x'],
    [site, 'https://cdn-lfs.huggingface.co/x'],
    [site, 'https://cas-bridge.xethub.hf.co/x'],
    ['http://localhost:8080', 'http://localhost:8080/x'],
    ['https://mirror.example.com', 'https://files.mirror.example.com/x'],
  ])('from %s to %s', (endpoint, target) => {
    expect(mayFollow(new URL(endpoint), new URL(target))).toBe(true);
  });

  test.each([
    [site, 'http://huggingface.co/x'],
    [site, 'https://huggingface.co:8443/x'],
    [site, 'https://evilhf.co/x'],
    [site, 'https://huggingface.co.evil.com/x'],
    [site, 'https://user:password@huggingface.co/x'],
    [site, 'http://169.254.169.254/metadata'],
    ['http://localhost:8080', 'http://localhost:6443/x'],
    ['https://mirror.example.com', 'https://cdn.hf.co/x'],
  ])('not from %s to %s', (endpoint, target) => {
    expect(mayFollow(new URL(endpoint), new URL(target))).toBe(false);
  });
});
