import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot, runProgram } from '@kaito/local-stack';
import { CHARTS, type ChartName } from './releases.ts';

const WITHIN = '120s';

export interface HelmOptions {
  readonly command: string;
  readonly kubeconfig: string;
  /** Where values are written. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** helm with an administrator's rights; each chart is a release of its own name. All of it fails with what helm said. */
export class Helm {
  readonly #options: HelmOptions;

  constructor(options: HelmOptions) {
    this.#options = options;
  }

  /** Installs a chart, or upgrades it; resolves when all of it is ready. */
  async upgrade(chart: ChartName, values: object): Promise<void> {
    const file = join(this.#options.folder, `values-${chart}.json`);
    await writeFile(file, JSON.stringify(values));
    const folder = join(repositoryRoot, 'charts', chart);
    await this.#run(chart, 'upgrade', '--install', chart, folder, '-f', file, '--wait', `--timeout=${WITHIN}`);
  }

  /** Runs the tests of a chart. @returns what they have said. */
  async test(chart: ChartName): Promise<string> {
    const said = await this.#run(chart, 'test', chart, `--timeout=${WITHIN}`);
    if (!/Phase:\s+Succeeded/.test(said)) throw new Error(`helm test ${chart} does not say that it succeeded: ${said}`);
    return said;
  }

  async uninstall(chart: ChartName): Promise<void> {
    await this.#run(chart, 'uninstall', chart, '--wait', `--timeout=${WITHIN}`);
  }

  #run(chart: ChartName, ...args: readonly string[]): Promise<string> {
    const { command, kubeconfig, folder, signal } = this.#options;
    // Its caches and plugins would come from the home of whoever runs this.
    const own = { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
    const env = { ...process.env, ...own, KUBECONFIG: kubeconfig };
    return runProgram(command, [...args, '--namespace', CHARTS[chart]], { env, signal });
  }
}
