import type { Shard } from '../model/run.ts';
import type { ReadRange } from '../ports.ts';
import { cutShort, slice } from './byte-stream.ts';
import { decompress } from './decompress.ts';

/** A text shard's plain bytes. Throws STORAGE_FAILED (retryable) when fewer come than the shard has. */
export async function* shardBytes(shard: Shard, read: ReadRange): AsyncGenerator<Buffer> {
  const { start, end, compression } = shard;
  const chunks: AsyncIterable<Buffer> =
    compression === 'none'
      ? await read(start, end)
      : slice(decompress(await read(0, Number.POSITIVE_INFINITY), compression), start, end);
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== end - start) throw cutShort(end - start, bytes);
}
