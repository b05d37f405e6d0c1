import { fileURLToPath } from 'node:url';
import { bundlePackages } from './bundle-packages.mjs';

// One jest run for the whole repository: unit tests beside their sources (*.test.ts), integration tests against the local stack (*.int.test.ts).

const rootDir = fileURLToPath(new URL('../..', import.meta.url));

/** The dependencies of many files, as they are imported: jest would load each of those files again for every test file. */
const BUNDLED = [
  '@azure/arm-compute',
  '@azure/arm-containerservice',
  '@azure/core-rest-pipeline',
  '@azure/identity',
  '@kubernetes/client-node/dist/config.js',
  '@peculiar/x509',
  'commander',
  'fast-check',
  'prom-client',
  'typebox',
  'typebox/value',
  'undici',
  'winston',
  'yaml',
];

const shared = {
  rootDir,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@kaito/source', 'node', 'import', 'default'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: await bundlePackages(rootDir, BUNDLED),
  modulePathIgnorePatterns: ['/dist/', '/bundle/', '<rootDir>/.kaito/', '<rootDir>/.nx/'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
};

export default {
  rootDir,
  reporters: ['default', '<rootDir>/tools/jest/count-reporter.mjs'],
  testSequencer: '<rootDir>/tools/jest/longest-first.mjs',
  // For two cores: tests with a stack wait a third of their time.
  maxWorkers: 3,
  // Of unit tests. A worker may get half a core, and stall while a stack starts.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{packages,tools}/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.int\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/{packages,tools}/**/*.int.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/tools/jest/integration-timeout.mjs'],
      globalSetup: '<rootDir>/tools/jest/integration-setup.mjs',
    },
  ],
};
