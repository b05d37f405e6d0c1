export type CloudName = 'public' | 'usgovernment' | 'china';

/** Where one Azure cloud answers. */
export interface CloudEndpoints {
  /** Azure Resource Manager, without a slash at the end. */
  readonly armEndpoint: string;
  /** Microsoft Entra, without a slash at the end. */
  readonly authorityHost: string;
  /** The scope of tokens for Azure Resource Manager; it does not follow `armEndpoint`. */
  readonly tokenScope: string;
}

/** Source: Microsoft docs, "Compare Azure Government and global Azure" and "Azure China developer guide", endpoint tables. */
export const clouds: Readonly<Record<CloudName, CloudEndpoints>> = {
  public: {
    armEndpoint: 'https://management.azure.com',
    authorityHost: 'https://login.microsoftonline.com',
    tokenScope: 'https://management.azure.com/.default',
  },
  usgovernment: {
    armEndpoint: 'https://management.usgovcloudapi.net',
    authorityHost: 'https://login.microsoftonline.us',
    tokenScope: 'https://management.usgovcloudapi.net/.default',
  },
  china: {
    armEndpoint: 'https://management.chinacloudapi.cn',
    authorityHost: 'https://login.chinacloudapi.cn',
    tokenScope: 'https://management.chinacloudapi.cn/.default',
  },
};

/** Hosts that Entra's instance discovery knows; for any other authority discovery must be off, it would fail or leave the network. */
const publicAuthorityHosts: ReadonlySet<string> = new Set([
  ...Object.values(clouds).map(cloud => new URL(cloud.authorityHost).host),
  'login.partner.microsoftonline.cn',
]);

/** True when the authority is one of the public clouds' own. */
export function isPublicAuthority(authorityHost: string): boolean {
  return publicAuthorityHosts.has(new URL(authorityHost).host);
}
