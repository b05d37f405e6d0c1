import { loadConfig } from './config.ts';
import { webhookSettings } from './webhook-settings.ts';

const settings = (env: Record<string, string>, ...argv: string[]) => webhookSettings(loadConfig({ argv, env }));

test('behind the Service that the chart names, in the namespace of the lease', () => {
  expect(settings({ WEBHOOK_SERVICE: 'kaito-workspace', LEADER_ELECTION_NAMESPACE: 'kaito' })).toEqual({
    listen: { port: 9443 },
    secret: { namespace: 'kaito', name: 'workspace-webhook-cert' },
    hosts: [
      'kaito-workspace.kaito.svc',
      'kaito-workspace.kaito',
      'kaito-workspace',
      'kaito-workspace.kaito.svc.cluster.local',
    ],
    configuration: { name: 'validation.workspace.kaito.sh' },
  });
});

test('outside of the cluster, by the hosts that are named', () => {
  const env = { WEBHOOK_HOSTS: '127.0.0.1, dev.example.com,', WEBHOOK_PORT: '0', WEBHOOK_NAMESPACE: 'dev' };
  expect(settings(env, '--webhook-secret=mine')).toMatchObject({
    listen: { port: 0 },
    secret: { namespace: 'dev', name: 'mine' },
    hosts: ['127.0.0.1', 'dev.example.com'],
  });
});

test('none when it is turned off, or when nobody could call it', () => {
  expect(settings({})).toBeUndefined();
  expect(settings({ WEBHOOK_SERVICE: 'a' }, '--webhook=false')).toBeUndefined();
  expect(settings({ WEBHOOK_SERVICE: 'a', WEBHOOK_ENABLED: 'false' })).toBeUndefined();
});
