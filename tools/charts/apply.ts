import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@kaito/local-stack';
import type { TestStack } from '@kaito/testing';
import { stringify } from 'yaml';
import { chartFolder, type Rendered } from './helm.ts';

/** Applies objects by kubectl; `args` may say how, such as `--dry-run=server`. @returns what kubectl prints */
export async function applyObjects(
  { kubectl }: TestStack,
  objects: readonly object[],
  ...args: readonly string[]
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-charts-'));
  try {
    const file = join(folder, 'objects.yaml');
    await writeFile(file, objects.map(object => stringify(object, { aliasDuplicateObjects: false })).join('---\n'));
    return await kubectl('apply', '-f', file, ...args);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What helm makes only for the time of an install or upgrade, or of a test. */
export function isHook({ metadata }: Rendered): boolean {
  return metadata.annotations?.['helm.sh/hook'] !== undefined;
}

interface PodSpec {
  readonly containers: readonly { readonly command?: readonly string[] }[];
}

type Workload = Rendered & { readonly spec: PodSpec & { readonly template?: { readonly spec: PodSpec } } };

/** The pod of a Deployment, a Job or a Pod; undefined for other kinds. */
export function podOf(object: Rendered): (Rendered & { readonly spec: PodSpec }) | undefined {
  if (!['Deployment', 'Job', 'Pod'].includes(object.kind)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these kinds have it
  const { spec, metadata } = object as Workload;
  const { name, namespace = 'default' } = metadata;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: spec.template?.spec ?? spec };
}

/** Runs what the hook of a chart runs, with the program of this checkout. @returns what it prints */
export function runCrdHook(chart: string, objects: readonly Rendered[], kubeconfig: string): Promise<string> {
  const job = objects.find(({ kind }) => kind === 'Job');
  const [, , ...args] = (job && podOf(job)?.spec.containers[0]?.command) ?? [];
  const program = join(chartFolder('..'), 'packages', chart, 'bundle/main.mjs');
  return runProgram(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig },
    timeoutMs: 60_000,
  });
}
