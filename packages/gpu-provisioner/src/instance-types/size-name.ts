/** What the name of a VM size tells, in the terms of Karpenter's Azure provider. */
export interface SizeName {
  /** The first letter: `N` of Standard_NC24ads_A100_v4. */
  readonly family: string;
  /** The name without numbers of cores and accelerator: `NCads_v4`. */
  readonly series: string;
  /** `4`; `1` where the name has none. */
  readonly version: string;
  /** `A100`; undefined where the name has none. */
  readonly accelerator: string | undefined;
}

/**
 * Family and sub-family, vCPUs, constrained vCPUs, features; accelerator, perhaps after a word on the variant; version
 * (Azure docs, VM size naming conventions; the variants `NDR` and `xl` stand in names of newer GPU sizes).
 */
const SIZE =
  /^(?:Standard|Basic)_([A-Z])([A-Z]*)\d+(?:-\d+)?([A-Za-z]*)(?:_(?:(?:NDR|xl|cc)_?)?)?([A-Z]+\d+[A-Z]*)?_?(?:v(\d+))?(?:_Promo)?$/;

/** Longer than any name of Azure's; a claim may hold any text. */
const MAX_LENGTH = 80;

/**
 * Takes the name of a VM size apart. It says nothing about whether the size has GPUs: only Azure's list does.
 * @returns undefined where the name does not follow Azure's conventions
 */
export function parseSizeName(name: string): SizeName | undefined {
  const parts = name.length > MAX_LENGTH ? null : SIZE.exec(name);
  if (!parts) return undefined;
  const [, family = '', subfamily = '', features = '', accelerator, version] = parts;
  const suffix = version === undefined ? '' : `_v${version}`;
  return { family, series: `${family}${subfamily}${features}${suffix}`, version: version ?? '1', accelerator };
}
