import type { OptionTable } from '@kaito/kube';

const huggingFace = 'https://huggingface.co';

/** Where models are looked up, to be spread into the table of the workspace controller. */
export const modelOptions = {
  huggingFaceEndpoint: {
    flag: '--hugging-face-endpoint <url>',
    // The name that Hugging Face's own libraries read.
    env: 'HF_ENDPOINT',
    type: 'string',
    default: huggingFace,
    description:
      'Hugging Face or a mirror of it: models outside of the catalogue are looked up there, and servers download weights from it; off: such models are refused',
  },
} as const satisfies OptionTable;

/** The mirror of Hugging Face that an endpoint names; undefined when it is Hugging Face itself, or off. */
export function mirrorOf(endpoint: string): string | undefined {
  return endpoint === huggingFace || endpoint === 'off' ? undefined : endpoint;
}
