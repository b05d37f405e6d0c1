import { isAzureError } from './azure-error.ts';

/** ARM's codes for what stands above a pool, or for any resource; with them only the words tell what is missing. */
const vagueCodes: ReadonlySet<string> = new Set(['notfound', 'resourcenotfound']);

/**
 * True when an error says that the pool itself is not there. AKS has said it in several wordings ("Could not find the agentpool",
 * "Agent Pool not found"), so status and code count first. A missing cluster, group or subscription, or a 404 of something in
 * between, is not that: whoever took it for "gone" would let a running GPU go on unseen.
 */
export function isPoolGone(error: unknown, name: string): boolean {
  if (!isAzureError(error) || error.statusCode !== 404) return false;
  const code = error.code.toLowerCase();
  if (code === 'agentpoolnotfound') return true;
  if (!vagueCodes.has(code)) return false;
  if (namesPool(error.message, name)) return true;
  return code === 'notfound' && !/managed ?cluster|resource ?group|subscription/i.test(error.message);
}

function namesPool(message: string, name: string): boolean {
  return /agent ?pool(?!s\b)/i.test(message) || message.toLowerCase().includes(`/agentpools/${name}`);
}
