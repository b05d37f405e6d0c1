import type { ObjectOf } from '../client/resource.ts';
import type { customResourceDefinitions } from '../client/builtin-resources.ts';

export type CustomResourceDefinition = ObjectOf<typeof customResourceDefinitions>;

/** On CustomResourceDefinitions that were installed by this program: the release that they are of. */
export const RELEASE_ANNOTATION = 'kaito.sh/crd-release';

export interface InstallPolicy {
  /** The release that is being installed: major.minor.patch, with or without a pre-release. */
  readonly release: string;
  /** Replace definitions of other owners too. */
  readonly force: boolean;
}

/** What is done with a definition, and why. */
export type InstallDecision =
  | { readonly action: 'apply'; readonly reason: string }
  | { readonly action: 'keep'; readonly reason: string }
  | { readonly action: 'refuse'; readonly reason: string };

/**
 * Decides what becomes of a CustomResourceDefinition.
 *
 * - None there: it is applied.
 * - One of ours: it is applied, unless that in the cluster is of a newer release, as objects may use what the older one lacks.
 * - One of somebody else's, such as the NodeClaim of Karpenter: it is kept if it serves all versions that we read, and
 *   replaced only by force. It belongs to whoever applied it; of a kind of our own group, KAITO's, we are the owner.
 */
export function decideInstall(
  wanted: CustomResourceDefinition,
  present: CustomResourceDefinition | undefined,
  { release, force }: InstallPolicy,
): InstallDecision {
  if (!present) return { action: 'apply', reason: 'it is not there' };
  const installed = present.metadata.annotations?.[RELEASE_ANNOTATION];
  if (installed !== undefined) {
    return compareReleases(installed, release) > 0
      ? { action: 'keep', reason: `it is of the newer release ${installed}` }
      : { action: 'apply', reason: `it is of release ${installed}` };
  }
  if (force) return { action: 'apply', reason: 'it is of another owner, and replacing it was asked for' };
  if (isOurs(wanted, present)) return { action: 'apply', reason: 'it was applied by other means' };
  const missing = servedVersions(wanted).filter(version => !servedVersions(present).includes(version));
  return missing.length === 0
    ? { action: 'keep', reason: 'it is of another owner, and serves what is needed' }
    : {
        action: 'refuse',
        reason: `it is of another owner and does not serve ${missing.join(', ')}: upgrade it where it comes from, or set crds.force`,
      };
}

/** Kinds of the group kaito.sh are of this project and of the one that it follows. Of others, our definition has our label. */
function isOurs({ spec, metadata }: CustomResourceDefinition, present: CustomResourceDefinition): boolean {
  const labels = Object.entries(metadata.labels ?? {});
  return (
    spec.group === 'kaito.sh' ||
    (labels.length > 0 && labels.every(([name, value]) => present.metadata.labels?.[name] === value))
  );
}

function servedVersions({ spec }: CustomResourceDefinition): readonly string[] {
  return spec.versions.filter(({ served }) => served).map(({ name }) => name);
}

/** Negative, zero or positive, as `a` is older than, as old as or newer than `b` (semver.org, without build metadata). */
export function compareReleases(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  const first = x.numbers.map((part, index) => part - (y.numbers[index] ?? 0)).find(difference => difference !== 0);
  if (first !== undefined) return first;
  // A pre-release comes before its release.
  if (x.pre === undefined || y.pre === undefined) return Number(y.pre !== undefined) - Number(x.pre !== undefined);
  return x.pre.localeCompare(y.pre, 'en', { numeric: true });
}

function parse(release: string): { readonly numbers: readonly number[]; readonly pre: string | undefined } {
  const [core = '', ...pre] = (release.split('+')[0] ?? '').replace(/^v/, '').split('-');
  const numbers = [0, 1, 2].map(index => Number(core.split('.')[index] ?? 0) || 0);
  return { numbers, pre: pre.length > 0 ? pre.join('-') : undefined };
}
