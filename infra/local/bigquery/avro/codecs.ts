import { createRequire } from 'node:module';
import { crc32, deflateRaw, inflateRaw } from 'node:zlib';

/** It comes without types. `uncompress` throws for what is no Snappy, and for more than `maxLength` bytes. */
const snappy: {
  compress(bytes: Buffer): Buffer;
  uncompress(bytes: Buffer, maxLength: number): Buffer;
} = createRequire(import.meta.url)('snappyjs');

type Done = (error: Error | null, bytes?: Buffer) => void;
type Codecs = Record<string, (bytes: Buffer, done: Done) => void>;

/** The codecs that BigQuery documents for Avro. Source: cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro */
export const CODECS = ['null', 'deflate', 'snappy'];

/** A block may be much larger unpacked than packed; rows may have 50 MB, and blocks several. */
const MAX_BLOCK = 256 * 1024 * 1024;

/** Of Snappy's blocks, the last four bytes are the checksum of what they hold. */
function unpack(bytes: Buffer): Buffer {
  const plain = Buffer.from(snappy.uncompress(bytes.subarray(0, -4), MAX_BLOCK));
  if (crc32(plain) !== bytes.readUInt32BE(bytes.length - 4)) throw new Error('the checksum of a block differs');
  return plain;
}

function pack(bytes: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return Buffer.concat([snappy.compress(Buffer.from(bytes)), checksum]);
}

const told = (work: (bytes: Buffer) => Buffer) => (bytes: Buffer, done: Done) => {
  let worked: Buffer;
  try {
    worked = work(bytes);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, worked);
};

const plain = (bytes: Buffer, done: Done) => done(null, bytes);

export const readers: Codecs = {
  null: plain,
  deflate: (bytes, done) => inflateRaw(bytes, { maxOutputLength: MAX_BLOCK }, done),
  snappy: told(unpack),
};

export const writers: Codecs = { null: plain, deflate: (bytes, done) => deflateRaw(bytes, done), snappy: told(pack) };
