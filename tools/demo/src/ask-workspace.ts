import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Workspace } from '@kaito/crds';
import type { LocalStack } from '@kaito/local-stack';

const QUESTION = 'What is Kubernetes?';
const LOCAL_PORT = 8080;
const FORWARDED_WITHIN_MS = 20_000;

/** Where and how a workspace is asked: the images of KAITO v0.3 have `/chat`, the later ones OpenAI's API. */
export function questionFor(workspace: Workspace): { readonly path: string; readonly body: string } {
  const old = workspace.status?.plan?.runtime === 'preset-image';
  return old
    ? { path: '/chat', body: JSON.stringify({ prompt: QUESTION }) }
    : {
        path: '/v1/chat/completions',
        body: JSON.stringify({ messages: [{ role: 'user', content: QUESTION }], max_tokens: 60 }),
      };
}

/** The commands by which a user asks. */
export function askCommands(workspace: Workspace, kubectl: string): readonly string[] {
  const { name, namespace = 'default' } = workspace.metadata;
  const { path, body } = questionFor(workspace);
  return [
    `${kubectl} port-forward -n ${namespace} service/${name} ${LOCAL_PORT}:80 &`,
    `curl -X POST http://127.0.0.1:${LOCAL_PORT}${path} -d '${body}'`,
  ];
}

/**
 * Asks the workspace through its service, by `kubectl port-forward` as a user does, but on a free port.
 * @returns the body of the answer.
 * @throws with what kubectl or the server said.
 */
export async function askWorkspace(stack: LocalStack, workspace: Workspace, signal: AbortSignal): Promise<string> {
  const { name, namespace = 'default' } = workspace.metadata;
  const { path, body } = questionFor(workspace);
  const forward = spawn(stack.kubectlPath, ['port-forward', '-n', namespace, `service/${name}`, ':80'], {
    env: { ...process.env, KUBECONFIG: stack.kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const ended = new Promise<void>(resolve => forward.once('close', () => resolve()));
  // What it failed of stands in its output, which is read below.
  forward.once('error', () => undefined);
  try {
    const port = await localPort(forward.stdout, text(forward.stderr));
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, signal });
    const answer = await response.text();
    if (!response.ok) throw new Error(`POST ${path} was answered with ${response.status}: ${answer}`);
    return answer;
  } finally {
    forward.kill();
    await ended;
  }
}

/** kubectl says on which port it listens: `Forwarding from 127.0.0.1:40123 -> 5000`. */
async function localPort(output: Readable, complaints: Promise<string>): Promise<string> {
  const timer = AbortSignal.timeout(FORWARDED_WITHIN_MS);
  let said = '';
  const late = new Promise<never>((_resolve, reject) => {
    timer.addEventListener('abort', () => reject(new Error(`kubectl port-forward said nothing of a port: ${said}`)));
  });
  const found = (async () => {
    for await (const chunk of output.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      const port = /127\.0\.0\.1:(\d+) ->/.exec(said)?.[1];
      if (port !== undefined) return port;
    }
    throw new Error(`kubectl port-forward failed: ${(await complaints).trim()}`);
  })();
  return Promise.race([found, late]);
}
