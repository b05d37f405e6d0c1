import { jest } from '@jest/globals';

// jest takes no testTimeout per project. A stack takes seconds to start, more on a busy machine.
jest.setTimeout(120_000);
