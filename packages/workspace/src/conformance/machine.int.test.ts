import { conform } from './conform.test-data.ts';
import { targets } from './target.test-data.ts';

conform(targets.machine);
