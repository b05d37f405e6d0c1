import { startLocalStack } from './local-stack.ts';
import type { LocalStack } from './running-stack.ts';

const components = { controllerManager: false, kwok: false, emulator: false, webhook: true };

let stack: LocalStack | undefined;

afterAll(async () => {
  await stack?.stop();
});

/** Applies a workspace without storing it. */
function apply(instanceType: string): Promise<unknown> {
  const resource = { instanceType, labelSelector: { matchLabels: { app: 'it' } } };
  const inference = { preset: { name: 'phi-3-mini-4k-instruct' } };
  const workspace = {
    apiVersion: 'kaito.sh/v1beta1',
    kind: 'Workspace',
    metadata: { name: 'it' },
    resource,
    inference,
  };
  const path = '/apis/kaito.sh/v1beta1/namespaces/default/workspaces?dryRun=All';
  return stack?.client.raw('POST', path, workspace) ?? Promise.reject(new Error('there is no stack'));
}

test('with the webhook, no workspace passes that the controller has not judged, and none when it is down', async () => {
  stack = await startLocalStack({ components });
  await expect(apply('Standard_NC24ads_A100_v4')).resolves.toMatchObject({ kind: 'Workspace' });
  await expect(apply('Standard_Nonsense')).rejects.toMatchObject({
    message: expect.stringContaining('admission webhook "validation.workspace.kaito.sh" denied the request') as unknown,
  });
  await stack.apps.workspace.stop();
  await expect(apply('Standard_NC24ads_A100_v4')).rejects.toMatchObject({
    message: expect.stringContaining('failed calling webhook "validation.workspace.kaito.sh"') as unknown,
  });
  // Started again on the same port, with the same certificates.
  await stack.apps.workspace.start();
  await stack.apps.workspace.ready();
  await expect(apply('Standard_NC24ads_A100_v4')).resolves.toMatchObject({ kind: 'Workspace' });
});
