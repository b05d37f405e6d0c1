import { annotations, type Workspace } from '@kaito/crds';
import type { Problem, ProblemCode } from '../problem.ts';

interface Choice {
  readonly annotation: string;
  readonly values: readonly string[];
  readonly code: ProblemCode;
}

/** Annotations that take one of a few values (KAITO v0.12, api/v1beta1/labels.go). */
const choices: readonly Choice[] = [
  { annotation: annotations.runtime, values: ['vllm', 'transformers'], code: 'RuntimeNotSupported' },
  {
    annotation: annotations.performanceMode,
    values: ['balanced', 'interactivity', 'throughput'],
    code: 'AnnotationInvalid',
  },
  { annotation: annotations.useLocalWeights, values: ['true', 'false'], code: 'AnnotationInvalid' },
];

/** Annotations must say one of the things that they can say. */
export function checkAnnotations({ metadata }: Workspace): readonly Problem[] {
  return choices.flatMap(({ annotation, values, code }) => {
    const value = metadata.annotations?.[annotation];
    if (value === undefined || values.includes(value)) return [];
    const field = `metadata.annotations[${annotation}]`;
    const all = `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
    return [{ code, field, message: `${field} "${value}" is not known: use ${all}` }];
  });
}

/** Whether the weights are on the node's own disk already. */
export function usesLocalWeights({ metadata }: Workspace): boolean {
  return metadata.annotations?.[annotations.useLocalWeights] === 'true';
}

/** The performance mode of vLLM that is asked for; undefined for vLLM's default. */
export function performanceMode({ metadata }: Workspace): string | undefined {
  const mode = metadata.annotations?.[annotations.performanceMode];
  return mode === 'balanced' ? undefined : mode;
}
