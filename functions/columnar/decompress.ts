import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import { SluiceError, terminal } from '../errors.ts';
import type { Compression } from '../model/run.ts';

/** The plain bytes of a stream. Errors of the input pass through; a broken archive is TRUNCATED or CORRUPT (terminal). */
export function decompress(input: Readable, compression: Compression): Readable {
  switch (compression) {
    case 'none':
      return input;
    case 'gzip':
      return gunzip(input);
    case 'zstd':
      return Readable.from(zstdFrames(input), { objectMode: false });
  }
}

function gunzip(input: Readable): Readable {
  const unpack = createGunzip();
  const output = new PassThrough({ highWaterMark: 1 << 18 });
  input.once('error', (error) => output.destroy(error));
  unpack.once('error', (error) => output.destroy(archiveError(error, 'gzip')));
  // A consumer that stops early must not leave the download or the inflater behind.
  output.once('close', () => {
    input.destroy();
    unpack.destroy();
  });
  input.pipe(unpack).pipe(output);
  return output;
}

/**
 * Node's zstd stream ends with the first frame and drops what follows without an error, yet a file may hold many
 * frames (`cat a.zst b.zst`, and every parallel compressor): what a frame left over is fed to the next one.
 */
async function* zstdFrames(input: Readable): AsyncGenerator<Buffer> {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let left: Buffer | undefined;
  try {
    for (let frame = 0; ; frame++) {
      left ??= await nextChunk(chunks);
      if (!left && frame > 0) return;
      const unpack = createZstdDecompress();
      const fed = feed(unpack, left, chunks);
      // A failure reaches us through `unpack`; without this the promise would count as unhandled as well.
      fed.catch(() => {});
      yield* unpack as AsyncIterable<Buffer>;
      left = await fed;
    }
  } catch (error) {
    throw error instanceof SluiceError || !isArchiveError(error) ? error : archiveError(error, 'zstd');
  } finally {
    input.destroy();
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  const { value, done } = await chunks.next();
  return done ? undefined : value;
}

/** Writes chunks until the frame or the input ends; resolves to the bytes that the frame did not take. */
async function feed(
  unpack: ZstdDecompress,
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

function archiveError(error: NodeJS.ErrnoException, compression: Compression): SluiceError {
  return error.code === 'Z_BUF_ERROR'
    ? terminal('TRUNCATED', `the ${compression} file ends before its data does: upload it again, whole`, {
        cause: error,
      })
    : terminal('CORRUPT', `the ${compression} data is damaged and cannot be decompressed: upload it again`, {
        cause: error,
      });
}
