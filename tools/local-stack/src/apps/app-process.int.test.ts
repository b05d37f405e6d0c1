import { startLocalStack } from '../stack/local-stack.ts';
import type { LocalStack } from '../stack/running-stack.ts';
import { identify } from '../processes/host-process.ts';

describe('a controller as a process', () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({
      components: { controllerManager: false, kwok: false, emulator: false, workspace: true },
      // The next one does not have to wait for the lease of one that was killed.
      env: { workspace: { LEADER_ELECT: 'false' } },
    });
  });
  afterAll(async () => {
    await stack?.stop();
  });

  test('is ready when the stack is, and shows its metrics and its log', async () => {
    const app = stack.apps.workspace;
    expect(identify(app.pid ?? 0)?.command).toContain('workspace/bundle/main.mjs');
    expect((await fetch(app.healthUrl)).status).toBe(200);
    expect((await fetch(app.readyUrl)).status).toBe(200);
    expect(await (await fetch(app.metricsUrl)).text()).toContain('process_cpu_seconds_total');
    expect(app.logs()).not.toBe('');
  });

  test('is started again after a kill, at the same addresses, with its log going on', async () => {
    const app = stack.apps.workspace;
    const { pid, healthUrl, metricsUrl } = app;
    await app.kill();
    expect(app.pid).toBeUndefined();
    expect(identify(pid ?? 0)).toBeUndefined();
    const before = app.logs();
    await app.start();
    await app.ready();
    expect(app.pid).not.toBe(pid);
    expect([app.healthUrl, app.metricsUrl]).toEqual([healthUrl, metricsUrl]);
    expect(app.logs().startsWith(before)).toBe(true);
    await expect(app.start()).rejects.toThrow(/is running already/);
  });

  test('takes a changed environment, and fails with its own words when that is wrong', async () => {
    const app = stack.apps.workspace;
    await app.stop();
    await expect(app.start({ env: { KAITO_CLAIM_KIND: 'wish' } })).rejects.toThrow(
      /workspace ended while it was starting[^]*KAITO_CLAIM_KIND/,
    );
    expect(app.pid).toBeUndefined();
    await app.start({ env: { KAITO_CLAIM_KIND: 'nodeclaim' } });
    await app.ready();
  });

  test('is not started any more once the stack has been stopped', async () => {
    const app = stack.apps.workspace;
    await stack.stop();
    await expect(app.start()).rejects.toThrow(/its stack has been stopped/);
  });
});
