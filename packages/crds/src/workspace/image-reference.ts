import type { TString } from 'typebox';
import { rules } from '../schema/cel.ts';
import { text } from '../schema/fields.ts';

/**
 * The grammar of image references (OCI distribution, package reference): host, path, tag, digest. Capitals and underscores are let
 * through in every part: a manifest with a placeholder still to be filled in can be stored, and its pods say which image is missing.
 */
const PART = '[A-Za-z0-9]+(([.]|_+|-+)[A-Za-z0-9]+)*';
const HOST = `(${PART}|\\[[A-Fa-f0-9:]+\\])(:[0-9]+)?`;
const TAG = '[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}';
const IMAGE_REFERENCE = `^(${HOST}/)?${PART}(/${PART})*(:${TAG})?(@${DIGEST})?$`;

/** The name of an image; empty means none. */
export function imageReference(description: string): TString {
  return text(description, {
    maxLength: 512,
    ...rules([
      `self == '' || self.matches('${IMAGE_REFERENCE.replaceAll('\\', '\\\\')}')`,
      'image must be the name of an image, such as registry.example.com/team/model:1.0',
    ]),
  });
}
