import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import avsc, { type Schema } from 'avsc';
import { writers } from '../avro/codecs.ts';
import { typeOfAvro } from '../avro/long.ts';
import { encodeRow } from '../rows.ts';
import { typeOfField } from '../schema.ts';
import { avroRecord } from './avro-types.ts';
import { type Export, tooLarge } from './export.ts';

/** Rows as Avro's own containers; memory is bounded by a chunk of rows and a block. */
export async function writeAvro({ tx, query, schema, options, dir, limit }: Required<Export>): Promise<string[]> {
  const { schema: written, encode } = avroRecord(schema, options.logicalTypes);
  const type = typeOfAvro(written as Schema);
  const codec = options.compression === 'NONE' ? 'null' : options.compression.toLowerCase();
  const { header, syncMarker } = renderHeader(written, codec);
  const rows = rowsOf();
  const paths: string[] = [];
  let next = await rows.next();
  do {
    const path = join(dir, String(paths.length));
    const target = createWriteStream(path);
    const encoder = new avsc.streams.BlockEncoder(type, { codec, codecs: writers, syncMarker, writeHeader: 'never' });
    target.write(header);
    const done = pipeline(encoder, target);
    while (!next.done && target.bytesWritten < limit) {
      if (!encoder.write(next.value)) await Promise.race([once(encoder, 'drain'), done]);
      next = await rows.next();
    }
    encoder.end();
    await done;
    paths.push(path);
    if (!next.done && !options.target.sharded) throw tooLarge();
  } while (!next.done);
  return paths;

  async function* rowsOf(): AsyncGenerator<unknown> {
    const types = schema.map(typeOfField);
    const result = await tx.stream(query);
    for await (const chunk of result.yieldRows())
      for (const values of chunk) yield encode(encodeRow(values, types, { useInt64Timestamp: true }));
  }
}

/** A container's head. The library's own would leave `sqlType` and the logical types out of the schema. */
function renderHeader(written: unknown, codec: string): { header: Buffer; syncMarker: Buffer } {
  const schema = Buffer.from(JSON.stringify(written));
  const syncMarker = createHash('md5').update(schema).digest();
  const head = avsc.Type.forSchema({
    type: 'record',
    name: 'Header',
    fields: [
      { name: 'magic', type: { type: 'fixed', name: 'Magic', size: 4 } },
      { name: 'meta', type: { type: 'map', values: 'bytes' } },
      { name: 'sync', type: { type: 'fixed', name: 'Sync', size: 16 } },
    ],
  });
  const meta = { 'avro.schema': schema, 'avro.codec': Buffer.from(codec) };
  return { header: head.toBuffer({ magic: Buffer.from('Obj\u0001'), meta, sync: syncMarker }), syncMarker };
}
