import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { SluiceError, terminal } from '../errors.ts';
import type { Compression } from '../model/run.ts';

/** The plain bytes of a stream. Errors of the input pass through; a broken archive is TRUNCATED or CORRUPT (terminal). */
export function decompress(input: Readable, compression: Compression): Readable {
  return compression === 'none' ? input : Readable.from(unpackFrames(input, compression), { objectMode: false });
}

type Packing = Exclude<Compression, 'none'>;

/**
 * Node's zstd stream ends with the first frame, and its gzip stream with the first zero byte behind a member; both drop
 * what follows without an error. Yet a file may hold many frames (`cat a.zst b.zst`, and every parallel compressor), and
 * zeros may pad what comes before more data: what one frame left over is fed to the next.
 */
async function* unpackFrames(input: Readable, compression: Packing): AsyncGenerator<Buffer> {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let left: Buffer | undefined;
  try {
    for (let frame = 0; ; frame++) {
      left ??= await nextChunk(chunks);
      while (frame > 0 && compression === 'gzip' && left) {
        left = withoutPadding(left);
        if (left.length > 0) break;
        left = await nextChunk(chunks);
      }
      if (!left && frame > 0) return;
      const unpack = compression === 'gzip' ? createGunzip() : createZstdDecompress();
      const fed = feed(unpack, left, chunks);
      // A failure reaches us through `unpack`; without this the promise would count as unhandled as well.
      fed.catch(() => {});
      yield* unpack as AsyncIterable<Buffer>;
      left = await fed;
    }
  } catch (error) {
    throw error instanceof SluiceError || !isArchiveError(error) ? error : archiveError(error, compression);
  } finally {
    input.destroy();
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  const { value, done } = await chunks.next();
  return done ? undefined : value;
}

function withoutPadding(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start === -1 ? bytes.subarray(bytes.length) : bytes.subarray(start);
}

/** Writes chunks until the frame or the input ends; resolves to the bytes that the frame did not take. */
async function feed(
  unpack: Gunzip | ZstdDecompress,
  first: Buffer | undefined,
  chunks: AsyncIterator<Buffer>,
): Promise<Buffer | undefined> {
  let written = 0;
  for (let chunk = first; chunk; chunk = await nextChunk(chunks).catch((error) => void unpack.destroy(error))) {
    written += chunk.length;
    if (!unpack.write(chunk)) await Promise.race([once(unpack, 'drain'), once(unpack, 'close')]);
    else await new Promise((resolve) => unpack.write(Buffer.alloc(0), resolve));
    const over = written - unpack.bytesWritten;
    if (over > 0) {
      unpack.end();
      return chunk.subarray(chunk.length - over);
    }
    if (unpack.destroyed) return undefined;
  }
  unpack.end();
  return undefined;
}

const isArchiveError = (error: unknown): error is NodeJS.ErrnoException =>
  /^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(String((error as NodeJS.ErrnoException).code ?? ''));

function archiveError(error: NodeJS.ErrnoException, compression: Packing): SluiceError {
  return error.code === 'Z_BUF_ERROR'
    ? terminal('TRUNCATED', `the ${compression} file ends before its data does: upload it again, whole`, {
        cause: error,
      })
    : terminal('CORRUPT', `the ${compression} data is damaged and cannot be decompressed: upload it again`, {
        cause: error,
      });
}
