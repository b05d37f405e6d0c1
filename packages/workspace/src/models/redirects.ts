/** Hosts beside the site itself to which huggingface.co sends for files (Hugging Face docs, "Firewall and network": *.hf.co). */
export const contentHosts: Readonly<Record<string, readonly string[]>> = { 'huggingface.co': ['hf.co'] };

/**
 * Whether an answer may send us there: to the same host, a host below it, or its content network; never from https to http, and never
 * to another port of the same machine.
 */
export function mayFollow(endpoint: URL, target: URL): boolean {
  if (target.username !== '' || target.password !== '') return false;
  if (target.origin === endpoint.origin) return true;
  if (target.protocol !== 'https:' || target.port !== '') return false;
  const sites = [endpoint.hostname, ...(contentHosts[endpoint.hostname] ?? [])];
  return sites.some(site => target.hostname === site || target.hostname.endsWith(`.${site}`));
}
