import { Type } from 'typebox';
import { orElse, rules, unchanged } from '../schema/cel.ts';
import { DNS_SUBDOMAIN, objectNames, opaque, text } from '../schema/fields.ts';
import { imageReference } from './image-reference.ts';

/** A volume of a pod, as the user wrote it; the API server does not check its inside. */
export type VolumeSource = Readonly<Record<string, unknown>>;

/** The most links of one data set; it bounds the cost of the rule. */
const maxUrls = 64;

const name = Type.Optional(
  text('The name of the data.', {
    maxLength: 253,
    ...rules([
      `self == '' || self.matches('${DNS_SUBDOMAIN}')`,
      "name must be lower-case letters, digits, '-' and '.', and start and end with a letter or digit, such as my-data",
    ]),
  }),
);
const link = Type.String({
  maxLength: 2048,
  ...rules(["self.matches('^https?://[^/ ]')", 'a link must start with http:// or https://, and name a host']),
});
const urls = Type.Optional(
  Type.Array(link, { description: 'Links to public files, http or https.', maxItems: maxUrls }),
);
const volumeSource = Type.Optional(opaque<VolumeSource>('A volume that holds the data.'));
const image = Type.Optional(imageReference('An image whose folder /data holds the data.'));
const imagePullSecrets = Type.Optional(
  objectNames('Secrets, in the namespace of the workspace, to pull the image with.'),
);

/** CEL: how many of the expressions are true. */
const countOf = (expressions: readonly string[]) => `[${expressions.join(', ')}].filter(given, given).size()`;
const hasUrls = 'has(self.urls) && self.urls.size() > 0';
const hasImage = "has(self.image) && self.image != ''";
const hasVolume = 'has(self.volumeSource)';

/** Where the data set of a tuning comes from. */
export const tuningInput = Type.Object(
  { name, urls, volumeSource, image, imagePullSecrets },
  {
    description: 'The data set to learn from.',
    ...rules(
      [
        `${countOf([hasUrls, hasImage, hasVolume])} == 1`,
        'the data set needs exactly one source: set one of urls, image and volumeSource',
      ],
      [unchanged('name', "''"), 'the name of the data set cannot be changed; make a new workspace'],
    ),
  },
);

/** Where an adapter comes from. */
export const adapterSource = Type.Object(
  { name, urls, volumeSource, image, imagePullSecrets },
  {
    description: 'Where the adapter comes from.',
    ...rules(
      ["has(self.name) && self.name != ''", 'an adapter needs a name: set source.name'],
      [
        `!(${hasUrls}) && ${countOf([hasImage, hasVolume])} == 1`,
        'an adapter comes from exactly one of image and volumeSource; urls are for tuning only',
      ],
    ),
  },
);

/** Where the result of a tuning goes. */
export const tuningOutput = Type.Object(
  {
    volumeSource: Type.Optional(opaque<VolumeSource>('A volume to save the result on.')),
    image: Type.Optional(imageReference('The image that the result is pushed as.')),
    imagePushSecret: Type.Optional(
      text('A Secret, in the namespace of the workspace, to push the image with.', { maxLength: 253 }),
    ),
  },
  {
    description: 'Where the result goes.',
    ...rules(
      [
        `${countOf([hasImage, hasVolume])} == 1`,
        'the result needs exactly one place: set one of output.image and output.volumeSource',
      ],
      [
        `!(${hasImage}) || ${orElse('self.imagePushSecret', "''")} != ''`,
        'pushing the result as an image needs credentials: set output.imagePushSecret',
      ],
    ),
  },
);
