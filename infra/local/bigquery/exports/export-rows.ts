import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../jobs/engine.ts';
import type { Field } from '../schema.ts';
import type { Tx } from '../warehouse.ts';
import { type ExportOptions, nameOfFile } from './export-options.ts';
import { writeFiles } from './write-files.ts';

const CONTENT_TYPES: Record<ExportOptions['format'], string> = {
  CSV: 'text/csv',
  NEWLINE_DELIMITED_JSON: 'application/json',
  PARQUET: 'application/octet-stream',
  AVRO: 'application/octet-stream',
};

/** A query's rows as objects in a bucket; resolves to how many. Each appears whole, and overwrites what has its name. */
export async function exportRows(
  engine: Engine,
  tx: Tx,
  query: string,
  schema: readonly Field[],
  options: ExportOptions,
): Promise<number> {
  const { target, format, compression } = options;
  const dir = join(engine.exports, randomUUID());
  const contentType = compression === 'GZIP' && format !== 'PARQUET' ? 'application/gzip' : CONTENT_TYPES[format];
  try {
    const paths = await writeFiles({ tx, query, schema, options, dir });
    for (const [at, path] of paths.entries())
      engine.files.write(target.bucket, nameOfFile(target, at), path, contentType);
    return paths.length;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
