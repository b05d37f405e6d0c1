/** A status condition (Kubernetes API, meta/v1 Condition; `observedGeneration` is optional there too). */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A condition as a controller states it; the times are filled in. */
export type StatedCondition = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

export interface SetConditionOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly observedGeneration?: number | undefined;
}

/**
 * The conditions with `stated` in place of the one of its type, or at the end.
 * `lastTransitionTime` moves only when the status does. The input is not changed.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  stated: StatedCondition,
  options: SetConditionOptions,
): Condition[] {
  const all = conditions ?? [];
  const old = all.find(condition => condition.type === stated.type);
  const moved = old?.status !== stated.status;
  const next: Condition = {
    ...stated,
    // Times in metav1.Time have whole seconds.
    lastTransitionTime: moved ? new Date(options.now).toISOString().replace(/\.\d+Z$/, 'Z') : old.lastTransitionTime,
    ...(options.observedGeneration === undefined ? {} : { observedGeneration: options.observedGeneration }),
  };
  return old ? all.map(condition => (condition === old ? next : condition)) : [...all, next];
}
