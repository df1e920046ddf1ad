// A long list of texts as one argument of a script: a fraction of the work that as many arguments are, on both sides.

/** Marks of MessagePack: a list, and a text, each with a length of 32 bits. */
const LIST = 0xdd;
const TEXT = 0xdb;
const HEADER_BYTES = 5;

/** The texts as a MessagePack list; `cmsgpack.unpack` makes a table of it. */
export function packed(texts: readonly string[]): Buffer {
  let size = HEADER_BYTES;
  for (const text of texts) size += HEADER_BYTES + Buffer.byteLength(text);
  const buffer = Buffer.allocUnsafe(size);
  let at = putHeader(buffer, 0, LIST, texts.length);
  for (const text of texts) {
    const start = at + HEADER_BYTES;
    const length = buffer.write(text, start);
    at = putHeader(buffer, at, TEXT, length) + length;
  }
  return buffer;
}

function putHeader(buffer: Buffer, at: number, mark: number, length: number): number {
  buffer[at] = mark;
  return buffer.writeUInt32BE(length, at + 1);
}
