import type { AzureAnswer } from '../local-azure.ts';

/** The numbers that a refusal for quota holds, in vCPUs. */
export interface ExpectedQuota {
  readonly family?: string;
  readonly region?: string;
  readonly limit?: number;
  readonly usage?: number;
  readonly requested?: number;
  readonly remaining?: number;
  readonly required?: number;
}

/** What has to become of a fault when it is the first of a launch. */
export interface ExpectedVerdict {
  /** A FaultKind of @kaito/azure. */
  readonly kind: string;
  /** Of the claim's condition. */
  readonly reason: string;
  /** Whose move it is. */
  readonly mover: 'you' | 'administrator' | 'azure' | 'unknown';
  /** Fits the next step. */
  readonly step: RegExp;
  /** Milliseconds until the next attempt, without jitter; `never` until the claim changes. */
  readonly retryInMs: number | 'never';
  /** Milliseconds that Azure asks to wait. */
  readonly retryAfterMs?: number;
  readonly quota?: ExpectedQuota;
  /** Where it is not the code of the fault. */
  readonly code?: string;
  /** Where it is not the message of the fault. */
  readonly message?: string;
}

/** One way in which Azure says that something went wrong, and what has to become of it. Public facts, in the words of Azure. */
export interface AzureFaultCase extends ExpectedVerdict {
  readonly code: string;
  readonly message: string;
  readonly fault: AzureFaultWords;
}

interface AzureFaultWords {
  /**
   * - `answer` the HTTP answer to a PUT; `token` to a request for a token
   * - `operation` inside of a failed operation and on the failed pool in the LIST, which have no status
   * - `local` nothing came from Azure: the connection, or our own client
   */
  readonly via: 'answer' | 'token' | 'operation' | 'local';
  readonly status?: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly details?: readonly object[];
}

type Changes = Partial<ExpectedVerdict> & Pick<AzureFaultWords, 'headers' | 'details'>;
type Draft = Changes & { readonly fault: AzureFaultWords };

function draft(fault: AzureFaultWords, { headers, details, ...changes }: Changes = {}): Draft {
  return { ...changes, fault: { ...fault, ...(headers && { headers }), ...(details && { details }) } };
}

/** A refusal of the PUT. */
export function answer(status: number, code: string, message: string, changes?: Changes): Draft {
  return draft({ via: 'answer', status, code, message }, changes);
}

/** A refusal by Entra. */
export function token(status: number, code: string, message: string, changes?: Changes): Draft {
  return draft({ via: 'token', status, code, message }, changes);
}

/** The cause of an operation that failed after it was accepted. */
export function operation(code: string, message: string, changes?: Changes): Draft {
  return draft({ via: 'operation', code, message }, changes);
}

/** A fault on our side of the wire. */
export function local(code: string, message: string, changes?: Changes): Draft {
  return draft({ via: 'local', code, message }, changes);
}

/** Faults that end alike but for what they say themselves. */
export function alike(verdict: ExpectedVerdict, ...drafts: readonly Draft[]): readonly AzureFaultCase[] {
  return drafts.map(({ fault, ...changes }) => ({
    ...verdict,
    code: fault.code,
    message: fault.message,
    ...changes,
    fault,
  }));
}

/** The bodies in which such a fault arrives: the flat one of AKS and the wrapped one of ARM; Entra has its own. */
function bodiesOf({ fault: { via, code, message, details } }: AzureFaultCase): readonly (object | undefined)[] {
  if (via === 'token') return [{ error: 'invalid_client', error_description: message, error_codes: [] }];
  if (code === '' && message === '') return [undefined];
  return [
    { code, details: details ?? null, message, subcode: '' },
    { error: { code, message, details: details ?? [] } },
  ];
}

/** The HTTP answers by which such a fault arrives. @throws RangeError when it does not come as a refusal */
export function answersOf(example: AzureFaultCase): readonly AzureAnswer[] {
  const { status, headers } = example.fault;
  if (status === undefined) throw new RangeError(`${example.code} is no answer`);
  return bodiesOf(example).map(body => ({ status, body, ...(headers && { headers }) }));
}
