import type { DiagnosisRow } from './diagnosis.ts';
import { adapterRows } from './rows/adapter-rows.ts';
import { apiRows } from './rows/api-rows.ts';
import { claimRows } from './rows/claim-rows.ts';
import { configRows } from './rows/config-rows.ts';
import { containerRows } from './rows/container-rows.ts';
import { huggingFaceRows } from './rows/hugging-face-rows.ts';
import { imageRows } from './rows/image-rows.ts';
import { nodeRows } from './rows/node-rows.ts';
import { progressRows } from './rows/progress-rows.ts';
import { quotaRows } from './rows/quota-rows.ts';
import { scheduleRows } from './rows/schedule-rows.ts';
import { serverRows } from './rows/server-rows.ts';
import { gpuRows } from './rows/gpu-rows.ts';
import { specRows } from './rows/spec-rows.ts';
import { stepRows } from './rows/step-rows.ts';
import { trainerRows } from './rows/trainer-rows.ts';
import { trainingRows } from './rows/training-rows.ts';
import { volumeRows } from './rows/volume-rows.ts';

/** All that is known, in the order in which it is tried: of two rows for one place the more exact one stands first. */
export const diagnosisRows: readonly DiagnosisRow[] = [
  ...specRows,
  ...quotaRows,
  ...claimRows,
  ...nodeRows,
  ...configRows,
  ...apiRows,
  ...scheduleRows,
  ...trainerRows,
  ...volumeRows,
  ...adapterRows,
  ...imageRows,
  ...stepRows,
  ...containerRows,
  ...huggingFaceRows,
  ...gpuRows,
  ...serverRows,
  ...trainingRows,
  ...progressRows,
];

/** Whether a cause only means that something takes its time, whoever reports it. */
export function isWaitingCause(cause: string): boolean {
  const rows = diagnosisRows.filter(row => row.cause === cause);
  return rows.length > 0 && rows.every(({ waiting }) => waiting);
}
