import { invalidInput, text } from '../admin/read.ts';
import type { Reader } from '../admin/read.ts';
import { findVmSize } from './vm-sizes.ts';

/** Reads the name of a VM size in any case, and returns it as it is spelled. @throws ServiceError 400 for any other text. */
export const knownSize: Reader<string> = (value, where) => {
  const name = text(value, where);
  const size = findVmSize(name);
  if (!size) throw invalidInput(where, `is '${name}', which is no VM size of the emulator`);
  return size.name;
};
