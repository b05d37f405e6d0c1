import { FakeClock } from '@kaito/testing';
import { loadConfig } from '../config.ts';
import { FleetInMemory } from './testing/fleet-in-memory.ts';
import { fleetControllers } from './fleet-controllers.ts';

const required = {
  ARM_SUBSCRIPTION_ID: 's',
  ARM_RESOURCE_GROUP: 'rg',
  AZURE_CLUSTER_NAME: 'aks',
  LOCATION: 'eastus',
  AZURE_TENANT_ID: 't',
  AZURE_CLIENT_ID: 'c',
};

function namesWith(env: Readonly<Record<string, string>>): readonly string[] {
  const { services, logger, metrics } = new FleetInMemory(new FakeClock());
  const parts = { ...services, azure: services, logger, metrics };
  return fleetControllers(parts, loadConfig([], { ...required, ...env })).map(({ name }) => name);
}

test('by default pools are collected and nodes repaired; a claim past its 720h is left alone, as nobody looks', () => {
  expect(namesWith({})).toEqual(['garbage-collection', 'node-repair']);
});

test('repair and expiration can be switched', () => {
  expect(namesWith({ NODE_REPAIR: 'false', EXPIRE_CLAIMS: 'true' })).toEqual(['garbage-collection', 'expiration']);
});
