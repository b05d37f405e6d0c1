import type { Workspace } from '@kaito/crds';
import { gpuSkus, plan, presets, type Plan } from '@kaito/planner';
import { aWorkspace } from '@kaito/testing';
import { createHash } from 'node:crypto';
import { claimName } from '../claims/claim-name.ts';
import { renderDeployment } from './deployment.ts';
import { renderMachine } from './machine.ts';
import { renderNodeClaim } from './node-claim.ts';
import { renderService } from './service.ts';

const registry = 'mcr.microsoft.com/aks/kaito';
const phi3 = aWorkspace({
  metadata: { name: 'workspace-phi-3-mini', uid: '5f6e3c8a-0000-4000-8000-000000000001' },
  resource: { labelSelector: { matchLabels: { apps: 'phi-3' } } },
});

function planOf(workspace: Workspace): Plan {
  const result = plan({ workspace, presets, skus: gpuSkus });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.plan;
}

/** All objects of a workspace, as they would be written. */
function renderAll(workspace: Workspace): readonly object[] {
  const planned = planOf(workspace);
  const name = claimName(workspace, 0);
  return [
    renderMachine(workspace, planned, name),
    renderNodeClaim(workspace, planned, name),
    renderService(workspace, planned),
    renderDeployment(workspace, planned, registry),
  ];
}

function digest(workspace: Workspace): string {
  return createHash('sha256')
    .update(JSON.stringify(renderAll(workspace)))
    .digest('hex');
}

function withLabels(matchLabels: Record<string, string>): Workspace {
  return aWorkspace({ metadata: phi3.metadata, resource: { labelSelector: { matchLabels } } });
}

describe('rendering a phi-3 workspace', () => {
  it('gives the Machine of KAITO v0.3', () => {
    expect(renderMachine(phi3, planOf(phi3), 'ws1a2b3c4d5')).toMatchSnapshot();
  });

  it('gives the NodeClaim of KAITO for gpu-provisioner', () => {
    expect(renderNodeClaim(phi3, planOf(phi3), 'ws1a2b3c4d5')).toMatchSnapshot();
  });

  it('gives the Service of KAITO v0.3', () => {
    expect(renderService(phi3, planOf(phi3))).toMatchSnapshot();
  });

  it('gives the Deployment of KAITO v0.3', () => {
    expect(renderDeployment(phi3, planOf(phi3), registry)).toMatchSnapshot();
  });

  it('gives the same bytes a thousand times, in whatever order the labels came', () => {
    const first = digest(withLabels({ apps: 'phi-3', tier: 'gold' }));
    for (let round = 0; round < 500; round++) {
      expect(digest(withLabels({ apps: 'phi-3', tier: 'gold' }))).toBe(first);
      expect(digest(withLabels({ tier: 'gold', apps: 'phi-3' }))).toBe(first);
    }
  });
});

describe('rendering other workspaces', () => {
  it.each([
    ['annotation', { annotations: { 'kaito.sh/enablelb': 'True' } }, 'LoadBalancer'],
    ['label', { labels: { 'kaito.sh/enablelb': 'True' } }, 'LoadBalancer'],
    ['misspelt annotation', { annotations: { 'kaito.sh/enablelb': 'true' } }, 'ClusterIP'],
  ])('chooses the type of the Service by %s', (_, metadata, type) => {
    const workspace = aWorkspace({ metadata });
    expect(renderService(workspace, planOf(workspace)).spec?.type).toBe(type);
  });

  it('gives several pods shared memory, as KAITO v0.3 does', () => {
    const workspace = aWorkspace({ resource: { count: 2 } });
    const { spec } = renderDeployment(workspace, planOf(workspace), registry);
    expect(spec?.replicas).toBe(2);
    expect(spec?.template.spec?.volumes).toEqual([{ name: 'dshm', emptyDir: { medium: 'Memory' } }]);
    expect(spec?.template.spec?.containers[0]?.volumeMounts).toEqual([{ name: 'dshm', mountPath: '/dev/shm' }]);
  });

  it('runs a private image as it is named, with its pull secrets', () => {
    const presetOptions = { image: 'example.azurecr.io/phi:1', imagePullSecrets: ['pull'] };
    const workspace = aWorkspace({ inference: { preset: { accessMode: 'private', presetOptions } } });
    const pod = renderDeployment(workspace, planOf(workspace), registry).spec?.template.spec;
    expect(pod?.containers[0]?.image).toBe('example.azurecr.io/phi:1');
    expect(pod?.imagePullSecrets).toEqual([{ name: 'pull' }]);
  });

  it('copies adapters into the pod before the server starts', () => {
    const source = { name: 'phi-3-adapter', image: 'example.azurecr.io/adapter:0.0.1' };
    const workspace = aWorkspace({ inference: { adapters: [{ source, strength: '0.5' }] } });
    expect(renderDeployment(workspace, planOf(workspace), registry).spec?.template.spec).toMatchSnapshot();
  });

  it('copies the node image to claims of both kinds', () => {
    const annotations = { 'kaito.sh/node-image-family': 'azurelinux' };
    const workspace = aWorkspace({ metadata: { annotations } });
    const planned = planOf(workspace);
    expect(renderMachine(workspace, planned, 'ws1').metadata.annotations).toMatchObject(annotations);
    expect(renderNodeClaim(workspace, planned, 'ws1').metadata.annotations).toMatchObject(annotations);
  });

  it('does not let a selector redirect the labels of ownership', () => {
    const matchLabels = { apps: 'phi-3', 'kaito.sh/workspace': 'victim' };
    const workspace = aWorkspace({ resource: { labelSelector: { matchLabels } } });
    const planned = planOf(workspace);
    for (const { metadata } of [renderMachine(workspace, planned, 'a'), renderNodeClaim(workspace, planned, 'a')]) {
      expect(metadata.labels?.['kaito.sh/workspace']).toBe(workspace.metadata.name);
    }
  });
});
