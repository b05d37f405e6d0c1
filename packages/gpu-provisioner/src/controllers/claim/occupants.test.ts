import { aPod } from '@kaito/testing';
import { attachmentIndexers, trimAttachment, trimPod } from './occupants.ts';

test('a trimmed pod has all that a drain reads, and no containers', () => {
  const pod = aPod({
    metadata: { labels: { app: 'x' }, annotations: { 'karpenter.sh/do-not-disrupt': 'true' } },
    spec: {
      nodeName: 'n',
      priorityClassName: 'c',
      priority: 7,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists' }],
      volumes: [
        { name: 'v', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'e', ephemeral: { volumeClaimTemplate: { spec: {} } } },
        { name: 'c', configMap: { name: 'x' } },
      ],
    },
    status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' },
  });
  expect(trimPod(pod)).toMatchObject({
    metadata: {
      name: 'a-pod',
      namespace: 'default',
      labels: {},
      annotations: { 'karpenter.sh/do-not-disrupt': 'true' },
    },
    spec: {
      containers: [],
      nodeName: 'n',
      priorityClassName: 'c',
      priority: 7,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists' }],
      volumes: [
        { name: 'v', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'e', ephemeral: {} },
      ],
    },
    status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' },
  });
});

test('a trimmed attachment tells what is attached where', () => {
  const spec = { attacher: 'disk.csi.azure.com', nodeName: 'n', source: { persistentVolumeName: 'pv' } };
  const attachment = { metadata: { name: 'a', annotations: { big: 'x' } }, spec, status: { attached: true } };
  expect(trimAttachment(attachment)).toEqual({ metadata: { name: 'a' }, spec });
  expect(attachmentIndexers.node(attachment)).toEqual(['n']);
  const inline = { ...spec, source: { inlineVolumeSpec: {} } };
  expect(trimAttachment({ metadata: { name: 'a' }, spec: inline }).spec.source).toEqual({});
});
