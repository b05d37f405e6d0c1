import { keyOf, type Client, type ConfigMap, type Job, type KubeObject, type Resource } from '@kaito/kube';
import { settings } from '../render/plans.test-data.ts';
import { renderTraining } from '../render/tuning/training.ts';
import { jobOf, training, tuned, tuningPlan } from '../status/tuning/training.test-data.ts';
import { ensureTraining } from './ensure-training.ts';

const rendered = renderTraining({
  workspace: tuned,
  plan: tuningPlan,
  podNodeLabels: {},
  mode: 'auto',
  revision: 1,
  settings,
});

/** Takes the step with those objects in the cluster. @returns what it decided, and what it wrote */
async function ensured(job: Job | undefined, config: ConfigMap | undefined) {
  const writes: string[] = [];
  const apply = (resource: Resource, object: KubeObject): Promise<KubeObject> => {
    writes.push(`${resource.kind} ${object.metadata.name}`);
    return Promise.resolve(object);
  };
  const decision = await ensureTraining(training({ job }), tuningPlan, rendered, {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is called here
    client: { apply } as unknown as Client,
    informers: {
      jobs: { get: () => job },
      configMaps: { get: key => (config && keyOf(config) === key ? config : undefined) },
    },
    signal: AbortSignal.timeout(5000),
    tell: () => undefined,
  });
  return { decision, writes };
}

const config = `ConfigMap ${rendered.config.metadata.name}`;

test('a training gets its settings, and then its Job', async () => {
  const { decision, writes } = await ensured(undefined, undefined);
  expect(decision).toEqual({ go: true, kind: 'create' });
  expect(writes).toEqual([config, `Job ${rendered.job.metadata.name}`]);
});

test('settings that somebody deleted are there again for the next attempt', async () => {
  const { decision, writes } = await ensured(jobOf(), undefined);
  expect(decision).toEqual({ go: true, kind: 'keep' });
  expect(writes).toEqual([config]);
});

test('settings of a training that runs stay as they were when it began', async () => {
  const { writes } = await ensured(jobOf(), { ...rendered.config, data: { 'training_config.yaml': 'of before' } });
  expect(writes).toEqual([]);
});
