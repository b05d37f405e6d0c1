import { annotations, tuningMethods, type Workspace } from '@kaito/crds';
import { checkDataUrl, nearestNames, readTrainingConfig, type Problem } from '@kaito/planner';
import type { ObservedConfig } from '../observed.ts';
import { missingConfig } from '../observe/missing-inputs.ts';
import { planInput, type ReviewFacts } from './facts.ts';

/**
 * Everything that is wrong with a workspace and that its schema cannot say, each problem once. The controller asks the same, so that
 * what was stored while admission was down is found too.
 */
export function findProblems(workspace: Workspace, facts: ReviewFacts): readonly Problem[] {
  return eachOnce([
    ...checkRungs(workspace, facts),
    ...missingConfig(workspace, facts.config(workspace)),
    ...findOwnProblems(workspace, facts.config(workspace), facts.nodeClasses),
  ]);
}

/** The problems without those that say the same as one before them: steps of a ladder have much in common. */
export function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  const messages = problems.map(({ message }) => message);
  return problems.filter(({ message }, index) => messages.indexOf(message) === index);
}

/**
 * What neither the schema nor the planner finds: the training's settings and links, and a node class that is not there.
 * @param nodeClasses names to choose from; undefined where node classes play no part
 */
export function findOwnProblems(
  workspace: Workspace,
  config: ObservedConfig,
  nodeClasses: readonly string[] | undefined,
): readonly Problem[] {
  return [...checkTuning(workspace, config), ...checkNodeClass(workspace, nodeClasses)];
}

/** Every rung must do: one that cannot be planned would end the ladder, hours later. */
function checkRungs(workspace: Workspace, facts: ReviewFacts): readonly Problem[] {
  const rungs = [undefined, ...(workspace.resource?.alternatives ?? [])];
  return rungs.flatMap((_, rung) => facts.check(planInput(workspace, facts, rung)));
}

function checkTuning({ tuning }: Workspace, config: ObservedConfig): readonly Problem[] {
  if (!tuning) return [];
  const urls = tuning.input?.urls ?? [];
  const method = tuningMethods.find(known => known === tuning.method?.toLowerCase());
  const read = method && config.state === 'read' ? readTrainingConfig(config.text, method) : undefined;
  return [
    ...urls.flatMap((url, index) => checkDataUrl(url, `tuning.input.urls[${index}]`)),
    ...(read && !read.ok ? read.problems : []),
  ];
}

function checkNodeClass({ metadata }: Workspace, known: readonly string[] | undefined): readonly Problem[] {
  const asked = metadata.annotations?.[annotations.nodeClassName];
  if (!asked || !known || known.includes(asked)) return [];
  const field = `metadata.annotations[${annotations.nodeClassName}]`;
  const message = `${field} "${asked}" is not a node class of this installation: use ${nearestNames(asked, known).join(', ')}`;
  return [{ code: 'NodeClassUnknown', field, message }];
}
