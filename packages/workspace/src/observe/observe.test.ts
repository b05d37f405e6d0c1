import type { Node } from '@kaito/kube';
import { aGpuNode, aNode, aWorkspace } from '@kaito/testing';
import { broughtNodes } from './observe.ts';

const labels = { apps: 'mine' };
const withGpu = aGpuNode('gpu', { metadata: { name: 'gpu', labels } });
const plain = aNode({ metadata: { name: 'plain', labels } });

function namesFor(preset: string | undefined): readonly string[] {
  const inference = preset === undefined ? { preset: undefined, template: {} } : { preset: { name: preset } };
  const workspace = aWorkspace({ resource: { labelSelector: { matchLabels: labels } }, inference });
  const nodes = { list: (): readonly Node[] => [withGpu, plain] };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is asked for of an informer here
  const informers = { nodes } as Parameters<typeof broughtNodes>[0];
  return broughtNodes(informers, workspace).map(({ node }) => node.metadata.name);
}

test('nodes that users bring need GPUs, but for templates and models on CPUs', () => {
  expect(namesFor('phi-4')).toEqual(['gpu']);
  expect(namesFor('SmolLM2-135M-Instruct')).toEqual(['gpu', 'plain']);
  expect(namesFor(undefined)).toEqual(['gpu', 'plain']);
});
