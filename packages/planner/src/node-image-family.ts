import { annotations, type Workspace } from '@kaito/crds';
import type { Problem } from './problem.ts';

/** Operating systems that AKS offers for GPU nodes. */
export type NodeImageFamily = 'ubuntu' | 'azurelinux';

const annotation = annotations.nodeImageFamily;
const families: readonly NodeImageFamily[] = ['ubuntu', 'azurelinux'];

/** The node image that the workspace asks for by annotation; case and outer blanks do not count. `undefined`: none, or an unknown one. */
export function nodeImageFamily({ metadata }: Workspace): NodeImageFamily | undefined {
  const asked = metadata.annotations?.[annotation]?.trim().toLowerCase();
  return families.find(family => family === asked);
}

/** An annotation that names an image family must name one that exists. */
export function checkNodeImageFamily(workspace: Workspace): readonly Problem[] {
  const asked = workspace.metadata.annotations?.[annotation];
  if (asked === undefined || nodeImageFamily(workspace)) return [];
  const field = `metadata.annotations[${annotation}]`;
  const message = `${field} "${asked}" is not a node image: use ${families.join(' or ')}`;
  return [{ code: 'NodeImageFamilyUnknown', field, message }];
}
