import { Command, InvalidArgumentError, Option } from 'commander';
import { runDemo } from './demo.ts';

function seconds(value: string): number {
  const parsed = Number(value);
  if (!Number.isFinite(parsed) || parsed <= 0)
    throw new InvalidArgumentError('a number of seconds greater than 0 is expected.');
  return parsed;
}

const program = new Command('npm start --')
  .description(
    'Starts a real Kubernetes control plane, a stand-in for Azure and both Kaito controllers on this machine,\n' +
      'applies a Workspace and shows how its GPU node, pod and service come up. No cloud, no GPU, no root.',
  )
  .option('--once', 'exit as soon as the workspace is ready: 0 when it is, 1 with the reason when it is not')
  .option('--manifest <file>', 'the Workspace to apply', 'examples/inference/kaito_workspace_phi_3.yaml')
  .option('--data-dir <folder>', 'where data, logs and the kubeconfig live while it runs', '.kaito/demo')
  .option('--no-model', 'no small model that answers for the pods; it is fetched the first time (130 MB)')
  .option('--timeout <seconds>', 'how long the workspace may take to become ready', seconds, 120)
  .addOption(
    new Option('--claim-kind <kind>', 'what the workspace controller asks for nodes with')
      .choices(['machine', 'nodeclaim'])
      .default('machine'),
  )
  .addHelpText(
    'after',
    `
Examples:
  npm start                                  stay up until Ctrl-C, to try kubectl
  npm start -- --once                        for scripts: exit when ready
  npm start -- --claim-kind nodeclaim        the same through karpenter.sh/v1 NodeClaims
  npm start -- --manifest my-workspace.yaml  a workspace of your own`,
  );

const options = program.parse().opts<{
  once?: boolean;
  manifest: string;
  dataDir: string;
  timeout: number;
  model: boolean;
  claimKind: 'machine' | 'nodeclaim';
}>();

process.exitCode = await runDemo({
  once: options.once === true || !process.stdout.isTTY,
  manifest: options.manifest,
  dataDir: options.dataDir,
  timeoutMs: options.timeout * 1000,
  claimKind: options.claimKind,
  model: options.model,
});
