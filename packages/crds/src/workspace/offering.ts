import { Type, type TString } from 'typebox';
import { rules } from '../schema/cel.ts';
import { text } from '../schema/fields.ts';

/** The most alternatives of one workspace: a longer list is a sign that the planner should pick. */
export const maxAlternatives = 8;

/** Hours, minutes and seconds in this order, each at most once, as Kubernetes writes durations. */
const DURATION = '^([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,7}s)?$';

/** A VM size; empty means none. It becomes the value of a node label (Kubernetes docs, labels and selectors), which bounds it. */
export const instanceType = (description: string, options: Readonly<Record<string, unknown>> = {}): TString =>
  text(description, {
    maxLength: 63,
    ...options,
    ...rules([
      "self.matches('^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$')",
      'instanceType must be the name of a VM size, such as Standard_NC24ads_A100_v4',
    ]),
  });

export const capacityType = Type.Optional(
  Type.Enum(['on-demand', 'spot'], {
    description: 'How the machines are paid: on-demand, the default, or spot, which costs less and may be taken away.',
  }),
);

export const deadline = Type.Optional(
  text('How long to wait for ready nodes of this size, such as 20m or 1h30m, before the next alternative is tried.', {
    maxLength: 20,
    ...rules([
      `self != '' && self.matches('${DURATION}') && duration(self) >= duration('1m')`,
      'deadline must be at least one minute, in hours, minutes and seconds, such as 20m or 1h30m',
    ]),
  }),
);

const alternative = Type.Object(
  { instanceType: instanceType('The VM size of the nodes.', { minLength: 1 }), capacityType, deadline },
  { description: 'A size to fall back to.' },
);

export const alternatives = Type.Optional(
  Type.Array(alternative, {
    description:
      'Sizes to try, in this order, when machines of instanceType cannot be had or are not ready by the deadline. Number of nodes, parallelism and context are planned anew for each.',
    maxItems: maxAlternatives,
    'x-kubernetes-list-type': 'atomic',
  }),
);

/**
 * Milliseconds of a `deadline`.
 * @returns undefined when the text is no duration of a minute or more, which the schema refuses too
 */
export function deadlineMs(duration: string): number | undefined {
  const parts = new RegExp(DURATION).exec(duration);
  if (!parts) return undefined;
  const [hours, minutes, seconds] = parts.slice(1).map(part => Number.parseInt(part ?? '0', 10));
  const ms = (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
  return ms >= 60_000 ? ms : undefined;
}
