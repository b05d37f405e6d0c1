import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { messageOf } from '@kaito/local-stack';
import { ensureStandIn } from '@kaito/stand-in-model';

const root = fileURLToPath(new URL('../../..', import.meta.url));

// The model is fetched when this machine has never had it.
jest.setTimeout(400_000);

/** Where the model cannot be had, nobody shall think that its answer was tested. */
function loudly(error: unknown): false {
  console.warn(`NOT TESTED: the answer of a model, which cannot be had: ${messageOf(error)}`);
  return false;
}

/** What the demo shows of its question: the prompt stands before the answer. */
const ANSWERED = [
  /^\$ curl -X POST http:\/\/127\.0\.0\.1:8080\/chat -d '\{"prompt":"What is Kubernetes\?"\}'$/m,
  /^\{"Result":"What is Kubernetes\?\\n\\n\S.{20,}"\}$/m,
  /SmolLM2-135M-Instruct on the CPU, whatever model was asked for/,
];
const UNANSWERED = [/^No model answers here: it was not wanted$/m];

interface Demo {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

let dataDir: string;
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'kaito-demo-')), 'data');
});
afterEach(() => {
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
});

/** Starts what `npm start` starts, without a terminal. */
function start(...args: readonly string[]): Demo {
  const child = spawn(
    process.execPath,
    ['--conditions=@kaito/source', 'tools/demo/src/main.ts', '--data-dir', dataDir, ...args],
    { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)));
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { process: child, output: () => output, exit };
}

/** The processes that still name the demo's folder in their command line. */
function leftovers(): readonly string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(dataDir) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

describe('npm start', () => {
  test('--once brings the Phi-3 workspace to ready, prints the table, asks it through kubectl port-forward, ends with 0 and leaves no process', async () => {
    const model = await ensureStandIn().then(() => true, loudly);
    const demo = start('--once', ...(model ? [] : ['--no-model']));
    const code = await demo.exit;
    expect({ code, output: demo.output() }).toMatchObject({ code: 0 });
    const lines = demo.output().split('\n');
    const header = lines.findIndex(line => line.startsWith('NAME') && line.includes('WORKSPACEREADY'));
    expect(lines[header]).toMatch(/^NAME +INSTANCE +RESOURCEREADY +INFERENCEREADY +WORKSPACEREADY +STATE +AGE *$/);
    expect(lines[header + 1]).toMatch(/^workspace-phi-3-mini +Standard_NC6s_v3 +True +True +True +Ready /);
    expect(demo.output()).toMatch(/80\/TCP,29500\/TCP/);
    for (const line of model ? ANSWERED : UNANSWERED) expect(demo.output()).toMatch(line);
    expect(leftovers()).toEqual([]);
  });

  test('ends with 1 and the reason when the workspace cannot become ready', async () => {
    const manifest = join(dataDir, '..', 'workspace.yaml');
    writeFileSync(
      manifest,
      'apiVersion: kaito.sh/v1beta1\nkind: Workspace\nmetadata:\n  name: no-such-model\nresource:\n  instanceType: Standard_NC6s_v3\n' +
        '  labelSelector:\n    matchLabels:\n      apps: none\ninference:\n  preset:\n    name: no-such-model\n',
    );
    const demo = start('--once', '--no-model', '--manifest', manifest, '--timeout', '5');
    expect(await demo.exit).toBe(1);
    expect(demo.output()).toMatch(/WorkspaceReady=False .*no-such-model/);
    expect(leftovers()).toEqual([]);
  });

  test('ends at Ctrl-C in the middle of the start and leaves no process', async () => {
    const demo = start('--no-model');
    await new Promise<void>(resolve => {
      demo.process.stdout?.on('data', () => demo.output().includes('kube-apiserver: up') && resolve());
    });
    demo.process.kill('SIGINT');
    expect(await demo.exit).toBe(1);
    expect(leftovers()).toEqual([]);
  });
});
