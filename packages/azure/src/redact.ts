/** Tokens of Entra and of service accounts are JSON Web Tokens (RFC 7519); their header always begins with `{"`. */
const jsonWebToken = /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;

/**
 * Parameters that prove who may ask: signatures in the URLs of operations (`t`, `c`, `s`, `h` of ARM) and of storage (`sig`),
 * and what is sent to Entra (RFC 6749 §2.3.1, RFC 7521 §4.2).
 */
const secretParameter =
  /((?:\b(?:client_secret|client_assertion|assertion|access_token|refresh_token|sig)|[?&][tcsh])=)[^&\s"'<>]{8,}/gi;

const bearer = /\b(Bearer )[\w.~+/-]{8,}=*/gi;

/** A text without tokens, secrets and signatures, for messages and logs; whoever stands between us and Azure may quote them. */
export function withoutSecrets(words: string): string {
  return words
    .replaceAll(jsonWebToken, '[token]')
    .replaceAll(bearer, '$1[token]')
    .replaceAll(secretParameter, '$1[removed]');
}
