import { customResourceDefinitions } from '../client/builtin-resources.ts';
import type { Client } from '../client/client.ts';
import { ignoreNotFound } from '../client/api-error.ts';
import { sleep, type Clock } from '../clock/clock.ts';
import {
  decideInstall,
  RELEASE_ANNOTATION,
  type CustomResourceDefinition,
  type InstallPolicy,
} from './install-decision.ts';

/** The owner of the fields, towards the API server. */
export const INSTALL_FIELD_MANAGER = 'kaito-crds';

const establishedWithinMs = 60_000;
const checkEveryMs = 200;

export interface InstallOptions extends InstallPolicy {
  readonly client: Client;
  readonly clock: Clock;
  /** Takes a line about each definition. */
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Installs or upgrades CustomResourceDefinitions by server-side apply, as `decideInstall` says, and waits until they are served.
 * Doing so again changes nothing.
 * @throws Error that names every definition that was refused; nothing has been applied then. ApiError when the API server
 * refuses one.
 */
export async function installDefinitions(
  wanted: readonly CustomResourceDefinition[],
  options: InstallOptions,
): Promise<void> {
  const { client, report, release, signal } = options;
  const decided = await Promise.all(
    wanted.map(async definition => {
      const { name } = definition.metadata;
      const present = await ignoreNotFound(client.get(customResourceDefinitions, { name }, { signal }));
      return { definition, name, ...decideInstall(definition, present, options) };
    }),
  );
  const refused = decided.filter(({ action }) => action === 'refuse');
  if (refused.length > 0) throw new Error(refused.map(({ name, reason }) => `${name}: ${reason}`).join('\n'));
  for (const { definition, name, action, reason } of decided) {
    report(`${action === 'apply' ? 'applying' : 'keeping'} ${name}: ${reason}`);
    if (action !== 'apply') continue;
    const metadata = {
      ...definition.metadata,
      annotations: { ...definition.metadata.annotations, [RELEASE_ANNOTATION]: release },
    };
    const settings = { fieldManager: INSTALL_FIELD_MANAGER, force: true, signal };
    // One after the other, so that the lines stand in order.
    // oxlint-disable-next-line no-await-in-loop
    await client.apply(customResourceDefinitions, { ...definition, metadata }, settings);
  }
  await Promise.all(decided.map(({ name }) => established(name, options)));
}

async function established(name: string, { client, clock, signal }: InstallOptions): Promise<void> {
  const until = clock.monotonic() + establishedWithinMs;
  for (;;) {
    // A loop over time.
    // oxlint-disable-next-line no-await-in-loop
    const { status } = await client.get(customResourceDefinitions, { name }, { signal });
    const conditions = status?.conditions ?? [];
    if (conditions.some(({ type, status: value }) => type === 'Established' && value === 'True')) return;
    const clash = conditions.find(({ type, status: value }) => type === 'NamesAccepted' && value === 'False');
    if (clash) throw new Error(`${name}: the API server does not accept its names: ${clash.message ?? clash.reason}`);
    if (clock.monotonic() > until) throw new Error(`${name} is not served after ${establishedWithinMs / 1000} s`);
    // oxlint-disable-next-line no-await-in-loop
    await sleep(clock, checkEveryMs, signal);
  }
}
