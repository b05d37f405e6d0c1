type Groups = Readonly<Record<string, string | undefined>>;

/** How waits are told, and the seconds that they mean. */
const wordings: readonly (readonly [RegExp, (groups: Groups) => number])[] = [
  // Kaito's gpu-provisioner.
  [
    /\bnext attempt in (?<count>\d{1,6}) (?<unit>s|min)\b/,
    ({ count, unit }) => Number(count) * (unit === 's' ? 1 : 60),
  ],
  // The kubelet, about a container that crashes again and again.
  [
    /\bback-off (?:(?<hours>\d{1,3})h)?(?:(?<minutes>\d{1,3})m)?(?<seconds>\d{1,3})s restarting\b/,
    ({ hours, minutes, seconds }) => Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds),
  ],
  // Azure, about too many requests.
  [/\bretry again (?:in|after) (?<count>\d{1,6}) seconds?\b/i, ({ count }) => Number(count)],
];

/** When it is tried again, as a text says with date and time (RFC 3339); undefined when it does not. */
export function retryTime(text: string): string | undefined {
  return /\btried again at (?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/.exec(text)?.groups?.['at'];
}

/** In how many seconds it is tried again, as a text says; undefined when it does not. */
export function retryAfterSeconds(text: string): number | undefined {
  for (const [pattern, seconds] of wordings) {
    const found = pattern.exec(text);
    if (found) return seconds(found.groups ?? {});
  }
  return undefined;
}
