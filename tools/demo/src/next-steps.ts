import { delimiter, dirname } from 'node:path';
import type { Workspace } from '@kaito/crds';
import type { LocalStack } from '@kaito/local-stack';

/** `kubectl get workspace` as the user would see it, and what to try next. */
export async function nextSteps(stack: LocalStack, workspace: Workspace): Promise<string> {
  const name = workspace.metadata.name;
  const namespace = workspace.metadata.namespace ?? 'default';
  const table = await stack.kubectl('get', 'workspace', '-n', namespace);
  const kubectl = kubectlCommand(stack);
  const result = workspace.tuning
    ? `$ kubectl logs job/${name} -c trainer\n${await stack.kubectl('logs', `job/${name}`, '-c', 'trainer', '-n', namespace, '--tail=5')}`
    : `$ kubectl get service ${name}\n${await stack.kubectl('get', 'service', name, '-n', namespace)}`;
  return `$ kubectl get workspace
${table}
${result}
In another terminal:
  export KUBECONFIG=${stack.kubeconfig}
  ${kubectl} describe workspace ${name}
  ${kubectl} get machines,nodeclaims,nodes,pods,services
  ${kubectl} get events --sort-by=.lastTimestamp
  ${kubectl} delete workspace ${name}      # the pod, the node and the agent pool go with it
The node, the pod and Azure are stand-ins (kwok and an emulator). Pods of trainings and adapters run here as processes; what they see of
the web and of registries is on this machine: for another manifest than this one there are no data and no images.`;
}

/** How a user calls the stack's kubectl: by its path unless it is the one in PATH. */
export function kubectlCommand({ kubectlPath }: LocalStack): string {
  const found = (process.env['PATH'] ?? '').split(delimiter).includes(dirname(kubectlPath));
  return found ? 'kubectl' : kubectlPath;
}
