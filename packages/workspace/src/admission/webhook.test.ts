import type { Workspace } from '@kaito/crds';
import { ApiError, type AdmissionRequest, type Client, type ConfigMap } from '@kaito/kube';
import { aNode, aWorkspace } from '@kaito/testing';
import type { PlanInput } from '@kaito/planner';
import { jest } from '@jest/globals';
import { workspaceWebhook, type WorkspaceWebhookParts } from './webhook.ts';

const config: ConfigMap = {
  metadata: { name: 'settings', namespace: 'team' },
  data: { 'inference_config.yaml': 'vllm: {}' },
};
const workspace = aWorkspace({ metadata: { namespace: 'team' }, inference: { config: 'settings' } });

const request = (object: Workspace): AdmissionRequest => ({
  uid: '1',
  kind: { group: 'kaito.sh', version: 'v1beta1', kind: 'Workspace' },
  resource: { group: 'kaito.sh', version: 'v1beta1', resource: 'workspaces' },
  namespace: 'team',
  operation: 'CREATE',
  userInfo: {},
  object,
  oldObject: null,
});

/** A webhook whose caches hold `cached`, before an API server that answers as `get` does. */
function setUp(cached: readonly ConfigMap[], get: () => Promise<ConfigMap>) {
  const asked = jest.fn(get);
  const inputs: PlanInput[] = [];
  const synced = jest.fn(() => Promise.resolve());
  const user = aNode({ metadata: { name: 'mine', labels: { apps: 'a-workspace', 'nvidia.com/gpu.count': '1' } } });
  const other = aNode({ metadata: { name: 'other', labels: { 'nvidia.com/gpu.count': '1' } } });
  // Of the informers, only what is asked of them is there.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const informers = {
    configMaps: {
      get: (key: string) => cached.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key),
    },
    nodes: { list: () => [user, other] },
  } as unknown as WorkspaceWebhookParts['informers'];
  const check = (input: PlanInput) => {
    inputs.push(input);
    return [];
  };
  const handle = workspaceWebhook({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one method of many
    client: { get: asked } as unknown as Pick<Client, 'get'>,
    informers,
    synced,
    facts: { check, mode: 'brought', skus: [], model: () => undefined },
  });
  return {
    asked,
    inputs,
    synced,
    review: (object: Workspace) => handle(request(object), new AbortController().signal),
  };
}

const notFound = () => Promise.reject(new ApiError({ message: 'not found', code: 404, reason: 'NotFound' }));

test('what the caches know is not asked for again', async () => {
  const { asked, review, synced } = setUp([config], notFound);
  expect(await review(workspace)).toMatchObject({ allowed: true });
  expect(asked).not.toHaveBeenCalled();
  expect(synced).toHaveBeenCalledTimes(1);
});

test('a ConfigMap that the caches do not know yet is asked for once, and counts', async () => {
  const { asked, review } = setUp([], () => Promise.resolve(config));
  expect(await review(workspace)).toMatchObject({ allowed: true });
  expect(asked.mock.calls).toMatchObject([[{ kind: 'ConfigMap' }, { name: 'settings', namespace: 'team' }, {}]]);
});

test('a ConfigMap counts that came into the caches after they were looked at', async () => {
  const cached: ConfigMap[] = [];
  const { review } = setUp(cached, () => {
    cached.push(config);
    return Promise.resolve(config);
  });
  expect(await review(workspace)).toMatchObject({ allowed: true });
});

test('a ConfigMap that nobody knows is refused', async () => {
  const { review } = setUp([], notFound);
  const answer = await review(workspace);
  expect(answer).toMatchObject({ allowed: false });
  expect(answer.message).toContain('"settings", which is not in namespace "team"');
});

test('when the API server cannot be asked, the review fails, and with it the change', async () => {
  const { review } = setUp([], () =>
    Promise.reject(new ApiError({ message: 'no answer', code: 0, reason: 'Timeout' })),
  );
  await expect(review(workspace)).rejects.toThrow('no answer');
});

test('a refusal that no ConfigMap has to do with asks for nothing', async () => {
  const { asked, review } = setUp([], notFound);
  const { inference: _, ...rest } = aWorkspace();
  const input = { urls: ['http://localhost/'] };
  const tuning = { preset: { name: 'phi-4' }, method: 'lora', input, output: {} };
  expect(await review({ ...rest, tuning })).toMatchObject({ allowed: false });
  expect(asked).not.toHaveBeenCalled();
});

test('of the nodes, the planner is shown those that the selector matches', async () => {
  const { inputs, review } = setUp([config], notFound);
  await review(workspace);
  expect(inputs[0]?.provisioning).toMatchObject({ mode: 'brought', nodes: [{ name: 'mine' }] });
});
