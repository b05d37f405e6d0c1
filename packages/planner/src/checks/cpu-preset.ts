import { annotations, type Workspace } from '@kaito/crds';
import type { Model } from '../models/model.ts';
import type { Problem } from '../problem.ts';

/** What a model on CPUs cannot be asked for: another server, adapters, parts of GPUs. */
export function checkCpuPreset({ metadata, inference, resource }: Workspace, model: Model): readonly Problem[] {
  if (!model.cpuServer) return [];
  const runtime = `metadata.annotations[${annotations.runtime}]`;
  const problems: readonly (readonly [boolean, Problem])[] = [
    [
      metadata.annotations?.[annotations.runtime] !== undefined,
      {
        code: 'RuntimeNotSupported',
        field: runtime,
        message: `${runtime} chooses among servers on GPUs, but ${model.id} runs on CPUs: leave it out`,
      },
    ],
    [
      (inference?.adapters ?? []).length > 0,
      {
        code: 'AdapterInvalid',
        field: 'inference.adapters',
        message: `inference.adapters cannot be applied to ${model.id}, which runs on CPUs: leave them out`,
      },
    ],
    [
      resource?.partition !== undefined,
      {
        code: 'PartitionNotSupported',
        field: 'resource.partition',
        message: `resource.partition is a part of GPUs, but ${model.id} runs on CPUs: leave it out`,
      },
    ],
  ];
  return problems.filter(([applies]) => applies).map(([, problem]) => problem);
}
