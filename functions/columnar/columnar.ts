import { join } from 'node:path';
import type { Columnar } from '../ports.ts';
import { canonicalValues } from './canonical.ts';
import { decompress } from './decompress.ts';
import { openEngine } from './duckdb.ts';
import { createScratch } from './scratch.ts';
import { searchFile, searchShard } from './search.ts';
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
    async canonical(source, values) {
      const dir = await scratch.open();
      const engine = await openEngine({ scratch: join(dir, 'spill'), ...options });
      try {
        return await canonicalValues(engine, source, values);
      } finally {
        engine.close();
        await scratch.close(dir);
      }
    },
    searchFile: (file, source, person, maxPlainBytes) =>
      searchFile(file, source, person, maxPlainBytes, scratch, options),
    searchShard: (file, values) => searchShard(file, values, scratch, options),
  };
}
