import { checkFields } from '../checks/check-workspace.ts';
import type { Problem, ProblemCode } from '../problem.ts';
import { planInference } from './plan-inference.ts';
import type { PlanInput, PlanResult } from './plan-input.ts';
import { planTemplate, templateOf } from './plan-template.ts';
import { planTuning } from './plan-tuning.ts';

/**
 * Decides what a workspace needs, or says all that is wrong with it. Pure: the same input gives the same answer, and bad input gives
 * problems, never an exception.
 */
export function plan(input: PlanInput): PlanResult {
  const problems = checkFields(input);
  const result = planJob(input, problems);
  if (problems.length === 0) return result;
  // What is wrong with the size or the configuration is said along with the rest, so that one edit can mend all.
  return { ok: false, problems: unique([...problems, ...(result.ok ? [] : result.problems)]) };
}

/**
 * The problems that `plan` would report, for admission: whether a workspace may be stored. A model that is still being looked up is no
 * problem.
 */
export function checkWorkspace(input: PlanInput): readonly Problem[] {
  const result = plan(input);
  return result.ok ? [] : result.problems;
}

/** Without one job, and a number of nodes that can be meant, no size can be judged. */
const unplannable: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'InferenceOrTuningRequired',
  'InferenceAndTuningExclusive',
  'PresetOrTemplateRequired',
  'PresetAndTemplateExclusive',
  'NodeCountInvalid',
]);

function planJob(input: PlanInput, problems: readonly Problem[]): PlanResult {
  const { workspace, model } = input;
  if (problems.some(({ code }) => unplannable.has(code))) return { ok: false, problems: [] };
  const template = templateOf(workspace);
  if (template) return planTemplate(input, template);
  if (model?.state === 'pending') return { ok: false, pending: true, problems: [] };
  if (model?.state !== 'known') return { ok: false, problems: [] };
  return workspace.tuning ? planTuning(input, model.model) : planInference(input, model.model);
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    ({ code, field }, index) => problems.findIndex(other => other.code === code && other.field === field) === index,
  );
}
