import { resolveComponents } from './options.ts';

const all = {
  controllerManager: true,
  scheduler: true,
  kwok: true,
  emulator: true,
  provisioner: true,
  workspace: true,
  karpenter: false,
  webhook: false,
  audit: false,
};

describe('resolveComponents', () => {
  test('everything, unless it says otherwise', () => {
    expect(resolveComponents()).toEqual(all);
    expect(resolveComponents({ kwok: false })).toEqual({ ...all, kwok: false });
  });

  test('the scheduler goes with the controller manager, the provisioner with the emulator', () => {
    expect(resolveComponents({ controllerManager: false })).toEqual({
      ...all,
      controllerManager: false,
      scheduler: false,
    });
    expect(resolveComponents({ controllerManager: false, scheduler: true })).toEqual({
      ...all,
      controllerManager: false,
    });
    expect(resolveComponents({ emulator: false })).toEqual({ ...all, emulator: false, provisioner: false });
  });

  test('refuses a webhook without the workspace controller', () => {
    expect(() => resolveComponents({ workspace: false, webhook: true })).toThrow(/part of the workspace controller/);
  });

  test('refuses Karpenter where nobody plays its nodes', () => {
    expect(() => resolveComponents({ kwok: false, karpenter: true })).toThrow(/play the nodes of Karpenter/);
  });

  test('refuses a provisioner without the emulator', () => {
    expect(() => resolveComponents({ emulator: false, provisioner: true })).toThrow(/provisioner needs the emulator/);
  });
});
