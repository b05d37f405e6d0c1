/** Azure tags by name. */
export type Tags = Readonly<Record<string, string>>;

/** The text holds no tags that Azure would take; the message says what is wrong in it. */
export class TagsError extends Error {
  override readonly name = 'TagsError';
}

/** Limits of tags (Azure docs, "Use tags to organize your Azure resources", limitations). */
const MAX_NAME = 512;
const MAX_VALUE = 256;
const FORBIDDEN_IN_NAME = /[<>%&\\?/]/;
/** Tags of ours have this prefix; they say whose a pool is. */
const RESERVED_PREFIX = 'kaito.sh_';
/** Azure takes 50; ours need some. */
const MAX_TAGS = 40;

/**
 * Reads `name=value,name=value`. Nothing gives none; the last of two equal names counts.
 * @throws TagsError when a part is no tag, or one that Azure refuses, or one of the provisioner's own.
 */
export function readTags(text: string | undefined): Tags {
  const parts = (text ?? '').split(',').map(part => part.trim());
  const tags = Object.fromEntries(parts.filter(part => part !== '').map(readTag));
  if (Object.keys(tags).length > MAX_TAGS) throw new TagsError(`there are more than ${MAX_TAGS} tags`);
  return tags;
}

function readTag(part: string): readonly [string, string] {
  const equals = part.indexOf('=');
  const name = part.slice(0, Math.max(0, equals)).trim();
  const value = part.slice(equals + 1).trim();
  if (name === '') throw new TagsError(`"${part}" is not name=value`);
  if (FORBIDDEN_IN_NAME.test(name) || name.length > MAX_NAME) {
    throw new TagsError(`tag name "${name}" has one of < > % & \\ ? / or more than ${MAX_NAME} characters`);
  }
  if (value.length > MAX_VALUE) throw new TagsError(`the value of tag "${name}" has more than ${MAX_VALUE} characters`);
  if (name.toLowerCase().startsWith(RESERVED_PREFIX)) {
    throw new TagsError(`tag name "${name}" is reserved: ${RESERVED_PREFIX}… says whose a pool is`);
  }
  return [name, value];
}
