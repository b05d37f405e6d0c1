import {
  aMultiNodePlan,
  anInput,
  aPresetImagePlan,
  aTemplatePlan,
  aVllmPlan,
  templateWorkspace,
} from './plans.test-data.ts';
import type { RenderInput } from './render-input.ts';
import { renderWorkload } from './workload.ts';

function servicesOf(input: RenderInput): ReturnType<typeof renderWorkload>['services'] {
  return renderWorkload(input).services;
}

const enabled = { 'kaito.sh/enablelb': 'True' };

describe('the Service of a workspace', () => {
  it('leads to ready pods by port 80, and to nothing of their inside', () => {
    const [service, ...others] = servicesOf(anInput(aVllmPlan()));
    expect(others).toEqual([]);
    expect(service?.spec).toEqual({
      type: 'ClusterIP',
      selector: { 'kaito.sh/workspace': 'a-workspace' },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 5000 }],
      publishNotReadyAddresses: false,
    });
  });

  it('leads to the first pod where several serve a copy, which find each other by a Service without ports', () => {
    const [service, headless] = servicesOf(anInput(aMultiNodePlan()));
    expect(service?.spec?.selector).toEqual({
      'kaito.sh/workspace': 'a-workspace',
      'apps.kubernetes.io/pod-index': '0',
    });
    expect(service?.spec?.ports?.map(({ port }) => port)).toEqual([80]);
    expect(headless?.metadata.name).toBe('a-workspace-headless');
    expect(headless?.spec).toEqual({
      type: 'ClusterIP',
      clusterIP: 'None',
      selector: { 'kaito.sh/workspace': 'a-workspace' },
      publishNotReadyAddresses: true,
    });
  });

  it('leads to every pod where each serves a copy', () => {
    const [service] = servicesOf(anInput(aVllmPlan({ server: { replicas: 3 } })));
    expect(service?.spec?.selector).toEqual({ 'kaito.sh/workspace': 'a-workspace' });
  });

  it.each([
    ['annotation', { annotations: enabled }, 'LoadBalancer', [80]],
    ['label', { labels: enabled }, 'LoadBalancer', [80]],
    ['misspelt annotation', { annotations: { 'kaito.sh/enablelb': 'true' } }, 'ClusterIP', [80, 29_500]],
  ])('has its type by %s, and torch only inside', (_, metadata, type, ports) => {
    const [service] = servicesOf(anInput(aPresetImagePlan(), { metadata }));
    expect(service?.spec?.type).toBe(type);
    expect(service?.spec?.ports?.map(({ port }) => port)).toEqual(ports);
  });

  it.each([
    ['that is named http', [{ containerPort: 1 }, { containerPort: 8080, name: 'http' }], 8080],
    ['5000 if it is there', [{ containerPort: 1 }, { containerPort: 5000 }], 5000],
    ['that comes first', [{ containerPort: 8000 }, { containerPort: 8001 }], 8000],
    ['5000 if there is none', undefined, 5000],
    ['5000 if there is nonsense', 'nonsense', 5000],
  ])('leads to the port of a template %s', (_, ports, expected) => {
    const workspace = templateWorkspace({ spec: { containers: [{ name: 'main', ports }] } });
    const [service] = servicesOf(anInput(aTemplatePlan(), { workspace }));
    expect(service?.spec?.ports?.map(({ targetPort }) => targetPort)).toEqual([expected]);
  });
});
