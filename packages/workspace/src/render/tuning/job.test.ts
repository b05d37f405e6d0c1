import type { Workspace } from '@kaito/crds';
import { override, type Overrides } from '@kaito/testing';
import { tuned, tuningPlan } from '../../status/tuning/training.test-data.ts';
import { settings } from '../plans.test-data.ts';
import { steps } from './names.ts';
import { renderTraining } from './training.ts';

function rendered(change: Overrides<Workspace> = {}, plan = tuningPlan) {
  const workspace = override(tuned, change);
  const asked = { tuning: workspace.tuning };
  const labels = { 'kaito.sh/workspace': 'a-workspace' };
  return renderTraining({
    workspace,
    plan: { ...plan, asked },
    podNodeLabels: labels,
    mode: 'auto',
    revision: 3,
    settings,
  });
}

const onVolume = {
  tuning: { output: { image: undefined, imagePushSecret: undefined, volumeSource: { emptyDir: {} } } },
};
const { weights: _, ...ownWeights } = tuningPlan.trainer;
const oldImage = { ...tuningPlan, trainer: ownWeights };

const podOf = ({ job }: ReturnType<typeof renderTraining>) => job.spec?.template.spec;
const namesOf = (of: ReturnType<typeof renderTraining>) =>
  [...(podOf(of)?.initContainers ?? []), ...(podOf(of)?.containers ?? [])].map(({ name }) => name);

describe('the Job of a training', () => {
  it('runs its steps one after the other, and ends with the result', () => {
    expect(namesOf(rendered())).toEqual(Object.values(steps));
    expect(namesOf(rendered(onVolume))).toEqual([steps.weights, steps.data, steps.trainer, steps.output]);
    expect(namesOf(rendered({}, oldImage))).toEqual([steps.outputCheck, steps.data, steps.trainer, steps.output]);
    expect(podOf(rendered())?.restartPolicy).toBe('Never');
  });

  it('says how often and how long it tries, and what does not count', () => {
    expect(rendered().job.spec).toMatchObject({
      backoffLimit: 1,
      activeDeadlineSeconds: settings.tuningDeadlineSeconds,
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailJob', onExitCodes: { operator: 'In', values: [64] } },
        ],
      },
    });
    // There are checkpoints to go on from.
    expect(rendered(onVolume).job.spec?.backoffLimit).toBe(3);
  });

  it('asks for all GPUs of its node in the trainer alone', () => {
    const pod = podOf(rendered());
    const asking = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].filter(
      ({ resources }) => resources?.limits?.['nvidia.com/gpu'] !== undefined,
    );
    expect(asking).toMatchObject([{ name: steps.trainer, resources: { limits: { 'nvidia.com/gpu': '1' } } }]);
  });

  it('shows the push secret to nobody but the steps that push', () => {
    const pod = podOf(rendered());
    const all = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
    const seeing = all.filter(({ volumeMounts }) => volumeMounts?.some(({ name }) => name === 'push-secret'));
    expect(seeing.map(({ name }) => name)).toEqual([steps.outputCheck, steps.output]);
  });

  it('has no word of the user in a command', () => {
    const wild = {
      tuning: {
        input: { urls: ['https://example.com/$(reboot)'] },
        output: { image: 'example.com/`reboot`:1', imagePushSecret: 'a;reboot' },
      },
    };
    const pod = podOf(rendered(wild));
    const all = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
    for (const { command = [], args = [] } of all) expect([...command, ...args].join(' ')).not.toContain('reboot');
    // Nor one that the kubelet would take for a variable of the container.
    const values = all.flatMap(({ env = [] }) => env.map(({ value }) => value ?? ''));
    expect(values.filter(value => value.includes('$(') && !value.includes('$$('))).toEqual([]);
  });

  it('runs as nobody with today’s image, and as the old images say', () => {
    expect(podOf(rendered())?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_534 });
    expect(podOf(rendered({}, oldImage))?.securityContext).not.toHaveProperty('runAsUser');
    const pod = podOf(rendered());
    for (const { securityContext } of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]) {
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
    }
  });

  it('is the same to the bit, however often it is rendered', () => {
    const first = JSON.stringify(rendered());
    const shuffled = override(tuned, { tuning: Object.fromEntries(Object.entries(tuned.tuning ?? {}).toReversed()) });
    for (let round = 0; round < 100; round += 1) expect(JSON.stringify(rendered())).toBe(first);
    expect(JSON.stringify(rendered(shuffled))).toBe(first);
  });

  it('mounts every volume that it has, and has every volume that it mounts', () => {
    for (const change of [{}, onVolume, { tuning: { input: { urls: undefined, image: 'example.com/data:1' } } }]) {
      const pod = podOf(rendered(change));
      const all = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
      const mounted = new Set(all.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)));
      expect([...mounted].toSorted()).toEqual(pod?.volumes?.map(({ name }) => name).toSorted());
    }
  });
});
