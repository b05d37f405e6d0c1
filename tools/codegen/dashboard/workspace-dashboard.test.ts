import { describeWorkspaceMetrics } from '@kaito/workspace';
import { workspaceDashboard } from './workspace-dashboard.ts';

const text = JSON.stringify(workspaceDashboard);
const described = describeWorkspaceMetrics().map(({ name }) => name);

test('every metric of the controller is shown', () => {
  expect(described.filter(name => !text.includes(name))).toEqual([]);
});

test('every metric of workspaces that is shown exists', () => {
  const shown = [...text.matchAll(/\b(kaito_\w+)\{/g)].map(([, name = '']) => name.replace(/_bucket$/, ''));
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter(name => !described.includes(name))).toEqual([]);
});
