import type { Columnar } from '../ports.ts';
import { decompress } from './decompress.ts';
import { createScratch } from './scratch.ts';
import { openShard, type ShardOptions } from './shard.ts';
import { surveyText } from './survey.ts';
import { surveyParquet } from './survey-parquet.ts';

/** The Columnar port on DuckDB. `scratch` is a folder for files that live as long as one call; default: the system's. */
export function createColumnar(options: ShardOptions & { scratch?: string }): Columnar {
  const scratch = createScratch(options.scratch);
  return {
    async survey(read, size, source, limits) {
      return source.format.type === 'parquet'
        ? surveyParquet(read, size, source, limits, scratch, options)
        : surveyText(read, size, source, limits);
    },
    decompress,
    openShard: (shard, source, read) => openShard(shard, source, read, scratch, options),
  };
}
