import type { AzureFaultCase } from './azure-fault.ts';
import { capacityFaults } from './capacity-faults.ts';
import { requestFaults } from './request-faults.ts';
import { rightsFaults } from './rights-faults.ts';
import { serviceFaults } from './service-faults.ts';

/**
 * The ways in which Azure says that something went wrong, and what has to become of each: one table for the tests of everything
 * between the wire and the claim's condition.
 */
export const azureFaults: readonly AzureFaultCase[] = [
  ...serviceFaults,
  ...rightsFaults,
  ...capacityFaults,
  ...requestFaults,
];
