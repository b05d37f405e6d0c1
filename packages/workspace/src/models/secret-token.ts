import { ignoreNotFound, parseKey, secrets, type Client } from '@kaito/kube';

/** Key of a model access Secret (KAITO). */
export const tokenKey = 'HF_TOKEN';

/** What a header can hold; anything else would be quoted in the error of whoever sends it. */
const headerSafe = /^[\x21-\x7e]{1,512}$/;

/** Gives the token that a Secret (`namespace/name`) holds; undefined when there is no Secret, no key or no token in it. */
export type ReadToken = (secretKey: string, signal: AbortSignal) => Promise<string | undefined>;

/** Reads tokens when they are needed and keeps none. @throws ApiError, when it cannot be read for another reason than its absence */
export function tokenReader(client: Pick<Client, 'get'>): ReadToken {
  return async (secretKey, signal) => {
    const secret = await ignoreNotFound(client.get(secrets, parseKey(secretKey), { signal }));
    return tokenOf(secret?.data);
  };
}

/** The token among the data of a Secret; undefined when there is none that could be sent. */
export function tokenOf(data: Readonly<Record<string, string>> = {}): string | undefined {
  const token = Buffer.from(data[tokenKey] ?? '', 'base64')
    .toString('utf8')
    .trim();
  return headerSafe.test(token) ? token : undefined;
}
