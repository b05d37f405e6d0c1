import { createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

// Signatures and offsets: PKWARE's APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end).
const LOCAL = 0x04034b50;
const DIRECTORY = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const DIRECTORY_BYTES = 46;
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly method: number;
  readonly compressedBytes: number;
  readonly headerOffset: number;
}

/**
 * Unpacks one file of a zip archive, such as a Python wheel.
 * @param entry its path in the archive.
 * @throws when the archive is damaged, has no such file, or has packed it in a way other than deflate.
 */
export async function unpackEntry(archive: string, entry: string, target: string, signal?: AbortSignal): Promise<void> {
  const file = await open(archive);
  try {
    const found = (await readDirectory(file, archive)).get(entry);
    if (!found) throw new Error(`${archive} holds no ${entry}`);
    if (found.method !== STORED && found.method !== DEFLATED)
      throw new Error(`${archive}: ${entry} is packed by method ${found.method}; only deflate is known`);
    const start = await dataOffset(file, found, archive);
    const packed = file.createReadStream({ start, end: start + found.compressedBytes - 1, autoClose: false });
    const options = signal ? { signal } : {};
    if (found.method === STORED) await pipeline(packed, createWriteStream(target), options);
    else await pipeline(packed, createInflateRaw(), createWriteStream(target), options);
  } finally {
    await file.close();
  }
}

async function readDirectory(file: FileHandle, archive: string): Promise<ReadonlyMap<string, Entry>> {
  const { size } = await file.stat();
  const tail = await read(
    file,
    Math.max(0, size - END_BYTES - LONGEST_COMMENT),
    Math.min(size, END_BYTES + LONGEST_COMMENT),
  );
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || tail.length < end + END_BYTES || tail.readUInt32LE(end) !== END)
    throw new Error(`${archive} is not a zip archive, or not whole`);
  const directory = await read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = new Map<string, Entry>();
  for (let at = 0; at + DIRECTORY_BYTES <= directory.length && directory.readUInt32LE(at) === DIRECTORY;) {
    const [name, extra, comment] = [28, 30, 32].map(offset => directory.readUInt16LE(at + offset));
    const nameEnd = at + DIRECTORY_BYTES + (name ?? 0);
    entries.set(directory.toString('utf8', at + DIRECTORY_BYTES, nameEnd), {
      method: directory.readUInt16LE(at + 10),
      compressedBytes: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at = nameEnd + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

/** The local header repeats the name and may have extra fields of another length than the directory's. */
async function dataOffset(file: FileHandle, { headerOffset }: Entry, archive: string): Promise<number> {
  const header = await read(file, headerOffset, LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL) throw new Error(`${archive} is damaged`);
  return headerOffset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
