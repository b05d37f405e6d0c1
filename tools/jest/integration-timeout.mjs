// A project of jest cannot have a testTimeout of its own. Starting a stack takes seconds, on a busy machine tens of them.
import { jest } from '@jest/globals';

jest.setTimeout(120_000);
