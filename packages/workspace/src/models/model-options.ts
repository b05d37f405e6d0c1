import type { OptionTable } from '@kaito/kube';

/** Where models are looked up, to be spread into the table of the workspace controller. */
export const modelOptions = {
  huggingFaceEndpoint: {
    flag: '--hugging-face-endpoint <url>',
    // The name that Hugging Face's own libraries read.
    env: 'HF_ENDPOINT',
    type: 'string',
    default: 'https://huggingface.co',
    description: 'Hugging Face or a mirror of it, for models outside of the catalogue; off: they are refused',
  },
} as const satisfies OptionTable;
