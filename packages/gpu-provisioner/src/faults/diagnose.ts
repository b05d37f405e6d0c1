import { quotaNumbers } from '@kaito/azure';
import type { FaultKind, QuotaNumbers } from '@kaito/azure';
import { capacityAdvice } from './advice/capacity.ts';
import type { FaultAdvice, Mover } from './advice/fault-advice.ts';
import { machineAdvice } from './advice/machine.ts';
import { requestAdvice } from './advice/request.ts';
import { rightsAdvice } from './advice/rights.ts';
import { faultPolicies } from './fault-policy.ts';

/** What has to be known of a fault to say what it means; an AzureError has it, and so has the cause on a failed pool. */
export interface DiagnosableFault {
  readonly kind: FaultKind;
  readonly code: string;
  readonly message: string;
}

/** What a fault means to people. */
export interface Diagnosis {
  /** For the condition and the Event; one word. */
  readonly reason: string;
  readonly mover: Mover;
  /** What to do, in words that follow a semicolon. */
  readonly nextStep: string;
}

/** All advice, in the order in which it is tried; the kind's own policy stands behind it. */
export const faultAdvice: readonly FaultAdvice[] = [
  ...rightsAdvice,
  ...capacityAdvice,
  ...requestAdvice,
  ...machineAdvice,
];

/** Says whose move it is after a fault, and which. An unknown fault is called so: nothing is guessed. Pure. */
export function diagnose(fault: DiagnosableFault): Diagnosis {
  const policy = faultPolicies[fault.kind];
  const values = { code: fault.code, ...quotaValues(fault) };
  for (const advice of faultAdvice) {
    const found = match(advice, fault);
    const nextStep = found && fill(advice.nextStep, { ...values, ...found });
    if (nextStep) return { reason: advice.reason ?? policy.reason, mover: advice.mover ?? policy.mover, nextStep };
  }
  return { reason: policy.reason, mover: policy.mover, nextStep: policy.nextStep };
}

/** A fault in one line: what Azure said, its code, and what to do. */
export function describeFault(fault: DiagnosableFault): string {
  return `${saidBy(fault)}; ${diagnose(fault).nextStep}`;
}

/** Azure's words, with the code unless they hold it. */
export function saidBy({ code, message }: DiagnosableFault): string {
  return message.includes(code) ? message : `${message} (${code})`;
}

type Values = Readonly<Record<string, string | number | undefined>>;

/** The named parts of the words that the advice looks for; undefined when it does not fit. */
function match({ kind, codes, pattern }: FaultAdvice, fault: DiagnosableFault): Values | undefined {
  if (kind !== undefined && kind !== fault.kind) return undefined;
  if (codes && !codes.some(code => code.toLowerCase() === fault.code.toLowerCase())) return undefined;
  if (!pattern) return {};
  const found = pattern.exec(`${fault.code} ${fault.message}`);
  return found ? { ...found.groups } : undefined;
}

/** The template with its `{name}`s filled; undefined when a value is missing. */
function fill(template: string, values: Values): string | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.some(name => values[name] === undefined)) return undefined;
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

function quotaValues({ kind, message }: DiagnosableFault): Values {
  const numbers: QuotaNumbers = (kind === 'quota' && quotaNumbers(message)) || {};
  const { family, region, requested, remaining, usage, required } = numbers;
  const missing = requested === undefined || remaining === undefined ? undefined : requested - remaining;
  const needed = required ?? (usage === undefined || requested === undefined ? undefined : usage + requested);
  return { family: family === 'cores' ? 'all families' : family, region, missing, required: needed };
}
