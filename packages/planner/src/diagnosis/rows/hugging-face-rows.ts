import type { DiagnosisRow } from '../diagnosis.ts';

const HUB = 'huggingface/huggingface_hub, errors (src/huggingface_hub/errors.py)';
const TOKEN =
  'a Secret with the token of that account under the key HF_TOKEN, named in inference.preset.presetOptions.modelAccessSecret';

/** What Hugging Face tells a server that downloads weights; in its logs. */
export const huggingFaceRows: readonly DiagnosisRow[] = [
  {
    cause: 'LicenceNotAccepted',
    places: ['log'],
    pattern: /Access to model (?<model>[\w./-]+) is restricted and you are not in the authorized list/,
    mover: 'user',
    message: 'the account of the token has not been let in to {model}',
    nextStep:
      'ask for access with that account at https://huggingface.co/{model} (accept the licence), and wait until it is granted',
    source: HUB,
    example: {
      text: '403 Client Error. (Request ID: Root=1-1)\n\nCannot access gated repo for url https://huggingface.co/google/gemma-3-4b-it/resolve/main/config.json.\nAccess to model google/gemma-3-4b-it is restricted and you are not in the authorized list. Visit https://huggingface.co/google/gemma-3-4b-it to ask for access.',
    },
  },
  {
    cause: 'TokenMissing',
    places: ['log'],
    pattern:
      /Access to model (?<model>[\w./-]+) is restricted\. You must (?:have access to it and )?be authenticated|(?:Repo model |model )(?<gated>[\w./-]+) is gated\. You must be authenticated/,
    mover: 'user',
    message: 'the model {model} is gated, and the server has no valid token',
    nextStep: `accept the licence at https://huggingface.co/{model}, and create ${TOKEN}`,
    source: HUB,
    example: {
      text: 'huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-1)\n\nCannot access gated repo for url https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct/resolve/main/config.json.\nAccess to model meta-llama/Llama-3.1-8B-Instruct is restricted. You must have access to it and be authenticated to access it. Please log in.',
    },
  },
  {
    cause: 'TokenMissing',
    places: ['log'],
    pattern: /gated repo|GatedRepoError/i,
    mover: 'user',
    message: 'the model is gated, and the server has no token that opens it',
    nextStep: `accept the licence on the page of the model, and create ${TOKEN}`,
    source: HUB,
    example: { text: 'OSError: You are trying to access a gated repo.' },
  },
  {
    cause: 'TokenInvalid',
    places: ['log'],
    pattern: /Invalid (?:user token|username or password|credentials in Authorization header)/i,
    mover: 'user',
    message: 'Hugging Face does not know the token',
    nextStep: `make a new token at https://huggingface.co/settings/tokens, and put it into the Secret: ${TOKEN}`,
    source: HUB,
    example: {
      text: 'huggingface_hub.errors.HfHubHTTPError: 401 Client Error: Unauthorized for url. Invalid user token.',
    },
  },
  {
    cause: 'RevisionNotFound',
    places: ['log'],
    pattern: /RevisionNotFoundError|Revision Not Found for url|is not a valid git identifier/,
    mover: 'user',
    message: 'Hugging Face does not have this revision of the model any more',
    nextStep: 'make the workspace anew, so that the newest revision is looked up; its licence may have changed',
    source: HUB,
    example: {
      text: 'RevisionNotFoundError: 404 Client Error. Revision Not Found for url: https://huggingface.co/a/b/resolve/0/config.json.',
    },
  },
  {
    cause: 'ModelNotFound',
    places: ['log'],
    pattern:
      /(?:RepositoryNotFoundError|Repository Not Found for url: https:\/\/[^/]+\/(?:api\/models\/)?(?<model>[\w.-]+\/[\w.-]+)|is not a local folder and is not a valid model identifier)/,
    mover: 'user',
    message: 'Hugging Face has no such model, or does not show it to this token',
    nextStep: `correct inference.preset.name; a private model needs ${TOKEN}`,
    source: HUB,
    example: {
      text: 'huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error. Repository Not Found for url: https://huggingface.co/api/models/a/b.',
    },
  },
  {
    cause: 'ModelAccessDenied',
    places: ['log'],
    pattern: /403 Client Error|403 Forbidden.{0,200}huggingface|huggingface.{0,200}403 Forbidden/i,
    mover: 'user',
    message: 'Hugging Face refuses the download',
    nextStep:
      'check that the token has the right to read this repository (fine-grained tokens need it named), and that its account has been let in',
    source: HUB,
    example: {
      text: 'HfHubHTTPError: 403 Client Error: Forbidden for url: https://huggingface.co/a/b/resolve/main/config.json',
    },
  },
  {
    cause: 'HuggingFaceThrottles',
    places: ['log'],
    pattern: /429 Client Error|429 Too Many Requests|HTTP Error 429/i,
    mover: 'huggingface',
    message: 'Hugging Face limits the rate of downloads from here',
    nextStep: `it is tried again; to get on sooner download with an account: ${TOKEN}`,
    source: 'Hugging Face docs, "Hub rate limits"',
    example: {
      text: 'HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/api/models/a/b',
    },
  },
  {
    cause: 'HuggingFaceUnreachable',
    places: ['log'],
    pattern:
      /(?:resolve|connect to|reach|HTTPSConnectionPool\(host=)[^\n]{0,40}(?:huggingface\.co|hf\.co)|LocalEntryNotFoundError|couldn't connect to 'https:\/\/huggingface\.co'/i,
    mover: 'cluster',
    message: 'the pod does not reach huggingface.co',
    nextStep:
      'let pods reach huggingface.co and its CDN (firewall, proxy, DNS, network policies), or name a mirror in HF_ENDPOINT',
    source: HUB,
    example: {
      text: "urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /a/b (Caused by NameResolutionError(\"Failed to resolve 'huggingface.co'\"))",
    },
  },
  {
    cause: 'HuggingFaceFails',
    places: ['log'],
    pattern:
      /5\d\d (?:Server Error|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)[^\n]{0,200}(?:huggingface\.co|hf\.co)/i,
    mover: 'huggingface',
    message: 'Hugging Face itself has a fault',
    nextStep: 'nothing has to be done: it is tried again; see https://status.huggingface.co',
    source: HUB,
    example: {
      text: 'HfHubHTTPError: 504 Server Error: Gateway Time-out for url: https://huggingface.co/api/models/a/b',
    },
  },
];
