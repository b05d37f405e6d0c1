import { formatTaint, parseTaint } from './taint.ts';

describe('taints', () => {
  it.each([
    [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }, 'sku=gpu:NoSchedule'],
    [{ key: 'example.com/ready', effect: 'NoExecute' }, 'example.com/ready:NoExecute'],
  ])('%j is %s to AKS, and back', (taint, text) => {
    expect(formatTaint(taint)).toBe(text);
    expect(parseTaint(text)).toEqual(taint);
  });

  it('writes an empty value as none', () => {
    expect(formatTaint({ key: 'sku', value: '', effect: 'NoSchedule' })).toBe('sku:NoSchedule');
  });

  it('keeps a text that it cannot read', () => {
    expect(parseTaint('nonsense')).toEqual({ key: 'nonsense', effect: '' });
  });
});
