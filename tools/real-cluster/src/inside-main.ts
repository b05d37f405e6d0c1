import { readFileSync } from 'node:fs';
import { messageOf, runProgram } from '@kaito/local-stack';
import { runScenario } from './e2e/scenario.ts';
import { startRealCluster } from './cluster/real-cluster.ts';
import { endWithStarter, setUp } from './world/inside.ts';
import type { Plan } from './world/plan.ts';

/** Runs inside: `inside-main.ts up <plan>`. */
async function main(command: string, planFile: string): Promise<void> {
  const plan: Plan = JSON.parse(readFileSync(planFile, 'utf8'));
  const stop = new AbortController();
  const started = performance.now();
  const say = (text: string): void =>
    console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  await setUp(plan, stop.signal);
  say('namespaces');
  const cluster = await startRealCluster(plan, stop.signal);
  say('the cluster runs pods');
  if (command === 'up') {
    const pid = readFileSync('/proc/self/status', 'utf8').match(/^NSpid:\s+(\d+)/m)?.[1];
    say(`kubeconfig: ${cluster.kubeconfig}`);
    say(`enter it: nsenter --net --mount --pid --target <pid of this process on the host; here ${pid}>`);
    await new Promise(() => undefined);
  }
  try {
    await runScenario({ cluster, binary: name => plan.binaries[name] ?? name, say, signal: stop.signal });
  } catch (error) {
    console.error(await state(cluster.kubeconfig, plan));
    console.error(cluster.run.dump());
    throw error;
  }
  await cluster.stop();
}

/** What an administrator would look at first. */
async function state(kubeconfig: string, { binaries }: Plan): Promise<string> {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const looks = [
    'get nodes,machines,workspaces,pods -A -o wide',
    'get events -A',
    'describe pods',
    'describe workspaces',
    'logs -n gpu-provisioner deployment/gpu-provisioner --tail=30',
    'logs -n kaito-workspace deployment/workspace --tail=30',
  ];
  const said = await Promise.allSettled(
    looks.map(look => runProgram(binaries['kubectl'] ?? 'kubectl', look.split(' '), { env })),
  );
  return said
    .map(
      (look, index) => `$ kubectl ${looks[index]}\n${look.status === 'fulfilled' ? look.value : String(look.reason)}`,
    )
    .join('\n');
}

endWithStarter();
const [, , command = '', planFile = ''] = process.argv;
try {
  await main(command, planFile);
} catch (error) {
  console.error(`real-cluster: ${messageOf(error)}`);
  process.exitCode = 1;
}
// Programs of the cluster may still run; the first process of the namespaces ends with this one, and they with it.
process.exit();
