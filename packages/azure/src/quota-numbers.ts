/** The numbers in a refusal for quota, in vCPUs. What the wording did not tell is absent. */
export interface QuotaNumbers {
  /**
   * The counter that is short, by its name in Compute usages: a VM family such as `standardNCADSA100v4Family`,
   * `cores` for all of the region, `lowPriorityCores` for spot.
   */
  readonly family?: string;
  readonly region?: string;
  readonly limit?: number;
  readonly usage?: number;
  /** What this request would have added. */
  readonly requested?: number;
  readonly remaining?: number;
  /** The smallest limit under which the request would have passed. */
  readonly required?: number;
}

/** The counter by the name that the text gives it; a capture of the wording is looked up here. */
const counters: ReadonlyMap<string, string> = new Map([
  ['total regional', 'cores'],
  ['core', 'cores'],
  ['cores', 'cores'],
  ['lowprioritycores', 'lowPriorityCores'],
  ['low priority', 'lowPriorityCores'],
  ['total regional low-priority', 'lowPriorityCores'],
  ['total regional spot', 'lowPriorityCores'],
]);

/** Each wording is found by its opening; its numbers are then looked for one by one, because their order and company vary. */
const wordings: readonly {
  readonly opening: RegExp;
  readonly fields: Readonly<Record<string, RegExp>>;
  readonly family?: string;
}[] = [
  {
    // AKS: "Insufficient vcpu quota requested 2, remaining 0 for family X for region Y."
    opening: /insufficient v?cpu quota/i,
    fields: {
      requested: /requested (\d+)/i,
      remaining: /remaining (\d+)/i,
      family: /for family (\S+?)(?=[.,;]?(?:\s|$))/i,
      region: /for region (\w+)/i,
    },
  },
  {
    // AKS: "Insufficient regional vcpu quota left for location Y. left regional vcpu quota 0, requested quota 24."
    opening: /insufficient regional v?cpu quota/i,
    fields: {
      requested: /requested(?: quota)? (\d+)/i,
      remaining: /(?:left regional v?cpu quota|remaining) (\d+)/i,
      region: /for (?:location|region) (\w+)/i,
    },
    family: 'cores',
  },
  {
    // Compute: "… exceeding approved X Cores quota. … Location: Y, Current Limit: 1, Current Usage: 1, Additional Required: 1, (Minimum) New Limit Required: 2"
    opening: /exceeding approved/i,
    fields: {
      family: /exceeding approved (.+?)(?:\s+cores)?\s+quota/i,
      region: /location:\s*(\w+)/i,
      limit: /current limit:\s*(\d+)/i,
      usage: /current usage:\s*(\d+)/i,
      requested: /additional required:\s*(\d+)/i,
      required: /new limit required:\s*(\d+)/i,
    },
  },
  {
    // Compute, before 2020: "… exceeding quota limits of Core. Maximum allowed: 4, Current in use: 4, Additional requested: 2."
    opening: /exceeding quota limits? of/i,
    fields: {
      family: /exceeding quota limits? of (.+?)\./i,
      limit: /maximum allowed:\s*(\d+)/i,
      usage: /current in use:\s*(\d+)/i,
      requested: /additional requested:\s*(\d+)/i,
    },
  },
];

/**
 * Reads the numbers out of a refusal for quota.
 * @param message the words of Azure, as `AzureError.message` and `CloudFault.message` hold them
 * @returns undefined when the words are of no known form
 */
export function quotaNumbers(message: string): QuotaNumbers | undefined {
  const wording = wordings.find(({ opening }) => opening.test(message));
  if (wording === undefined) return undefined;
  const found = Object.entries(wording.fields).flatMap(([field, pattern]) => {
    const value = pattern.exec(message)?.[1];
    return value === undefined ? [] : [[field, readField(field, value)] as const];
  });
  return { ...(wording.family ? { family: wording.family } : {}), ...(Object.fromEntries(found) as QuotaNumbers) };
}

function readField(field: string, value: string): string | number {
  if (field === 'family') return counters.get(value.toLowerCase()) ?? value;
  return field === 'region' ? value : Number(value);
}
