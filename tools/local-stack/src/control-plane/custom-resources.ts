import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { customResourceDefinitions, type Client, type ObjectOf, type Resource } from '@kaito/kube';
import { parseAllDocuments } from 'yaml';
import { pause } from '../processes/pause.ts';
import { repositoryRoot } from '../repository.ts';

type CustomResourceDefinition = ObjectOf<typeof customResourceDefinitions>;

const SERVED_WITHIN_MS = 30_000;
const CHECK_EVERY_MS = 20;

/** The checked-in CustomResourceDefinitions, those that users install. */
export async function readCustomResources(
  folder = join(repositoryRoot, 'crds'),
): Promise<readonly CustomResourceDefinition[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.yaml')).toSorted();
  const documents = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')));
  return documents.flatMap((text, index) =>
    parseAllDocuments(text).map(document => {
      if (document.errors.length > 0) throw new Error(`${names[index]} is not YAML: ${document.errors[0]?.message}`);
      const definition: CustomResourceDefinition = document.toJS();
      return definition;
    }),
  );
}

/**
 * Applies CustomResourceDefinitions and waits until the API server serves watches of every version of them.
 * @throws ApiError when it refuses one, or an Error that names those that are not served in time.
 */
export async function installCustomResources(
  client: Client,
  definitions: readonly CustomResourceDefinition[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    definitions.map(definition =>
      client.apply(customResourceDefinitions, definition, { fieldManager: 'kaito-local-stack', force: true, signal }),
    ),
  );
  await Promise.all(
    definitions.map(async definition => {
      await established(client, definition.metadata.name, signal);
      await Promise.all(servedResources(definition).map(resource => watchable(client, resource, signal)));
    }),
  );
}

function servedResources({ spec }: CustomResourceDefinition): readonly Resource[] {
  const { group, names, scope, versions } = spec;
  return versions
    .filter(({ served }) => served)
    .map(({ name }) => ({
      group,
      version: name,
      plural: names.plural,
      kind: names.kind,
      namespaced: scope === 'Namespaced',
    }));
}

/**
 * A kind that was just established answers "storage is (re)initializing" to watches for a moment. Controllers would back
 * off for a second at that.
 */
async function watchable(client: Client, resource: Resource, signal: AbortSignal): Promise<void> {
  for (const until = performance.now() + SERVED_WITHIN_MS; ; await pause(CHECK_EVERY_MS, signal)) {
    try {
      return await sendsInitialEvents(client, resource, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > until) throw error;
    }
  }
}

async function sendsInitialEvents(client: Client, resource: Resource, signal: AbortSignal): Promise<void> {
  for await (const event of client.watch(resource, { sendInitialEvents: true, timeoutSeconds: 5, signal })) {
    if (event.type === 'BOOKMARK' && event.initialEventsEnd) return;
  }
  throw new Error(`${resource.plural}.${resource.group} does not send what there is to a watch`);
}

async function established(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + SERVED_WITHIN_MS;
  for (;;) {
    const { status } = await client.get(customResourceDefinitions, { name }, { signal });
    const conditions = status?.conditions ?? [];
    if (conditions.some(condition => condition.type === 'Established' && condition.status === 'True')) return;
    const refused = conditions.find(condition => condition.type === 'NamesAccepted' && condition.status === 'False');
    if (refused) throw new Error(`the API server does not accept the names of ${name}: ${refused.message}`);
    if (performance.now() > until) throw new Error(`${name} is not established after ${SERVED_WITHIN_MS / 1000} s`);
    await pause(CHECK_EVERY_MS, signal);
  }
}
