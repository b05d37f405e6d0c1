import { createLogger } from '@kaito/kube';
import type { Logger } from '@kaito/kube';

/** Logs what must never happen in a test, and nothing else. */
export const quietLogger: Logger = createLogger({ level: 'error', name: 'emulator-test' });
