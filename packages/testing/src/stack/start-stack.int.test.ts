import { machines, nodeClaims, workspaces, workspacesV1alpha1 } from '@kaito/crds';
import { nodes, pods } from '@kaito/kube';
import { aGpuNode, aNode } from '../builders/node.ts';
import { aMachine } from '../builders/machine.ts';
import { aNodeClaim } from '../builders/node-claim.ts';
import { aPod } from '../builders/pod.ts';
import { aWorkspace, aWorkspaceV1alpha1 } from '../builders/workspace.ts';
import { applyManifest } from './apply-manifest.ts';
import { expectArmRequests } from './arm-requests.ts';
import { useStack } from './start-stack.ts';

const stack = useStack({ controllerManager: false, kwok: false, provisioner: false, workspace: false });

describe('the stack as a fixture', () => {
  test('its API server takes what the builders make', async () => {
    const { client } = stack();
    await expect(client.create(machines, aMachine())).resolves.toBeDefined();
    await expect(client.create(nodeClaims, aNodeClaim())).resolves.toBeDefined();
    await expect(client.create(workspaces, aWorkspace())).resolves.toBeDefined();
    await expect(
      client.create(workspacesV1alpha1, aWorkspaceV1alpha1({ metadata: { name: 'b' } })),
    ).resolves.toBeDefined();
    await expect(client.create(nodes, aNode())).resolves.toBeDefined();
    await expect(client.create(nodes, aGpuNode('ws1'))).resolves.toBeDefined();
    await expect(client.create(pods, aPod())).resolves.toBeDefined();
  });

  test('applies manifests the way users do', async () => {
    const workspace = aWorkspace({ metadata: { name: 'applied' } });
    expect(await applyManifest(stack(), workspace)).toBe('workspace.kaito.sh/applied created\n');
    expect(await applyManifest(stack(), 'examples/inference/kaito_workspace_phi_3.yaml')).toMatch(
      /workspace-phi-3-mini created/,
    );
    const neither = { ...aWorkspace({ metadata: { name: 'neither' } }), inference: undefined };
    await expect(applyManifest(stack(), neither)).rejects.toThrow(/failed \(exit 1\)/);
  });

  test('has an emulator that nobody has asked for anything', async () => {
    await expectArmRequests(stack().emulator, { 'PUT agentPools': 0, 'LIST agentPools': 0 });
    const { settings } = await stack().emulator.state();
    expect(settings.timings.operationMs).toBe(300);
  });

  test('shows the logs of everything', () => {
    expect(stack().dump()).toMatch(/etcd \(running\)[^]*kube-apiserver \(running\)[^]*emulator \(running\)/);
  });
});
